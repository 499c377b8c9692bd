// Who uses this tab. A key or token is kept for the tab alone (sessionStorage) and goes out as a header: never as a cookie, which
// would go along with what other pages send, and never in an address, which others write down.

const ITEM = 'assent-credential';

/** `locked`: nothing is shown before somebody logs in; `problem` says why what was known so far does not do, null: nothing was. */
export const session = { locked: false, problem: null };

export const isLoggedIn = () => !session.locked && sessionStorage.getItem(ITEM) !== null;

/** @param credential null where nobody has to say who they are, or has not yet */
export const authorization = (credential = sessionStorage.getItem(ITEM)) => (credential ? { Authorization: `Bearer ${credential}` } : {});

let lock = () => {};
export const onLock = (listener) => (lock = listener);

/** The coordinator does not let in whoever uses this tab: not (any more) known, or not allowed to. */
export function refused(problem) {
  if (!session.locked) {
    session.locked = true;
    // Who has not said anything yet has nothing to be told.
    session.problem = problem.status === 401 && sessionStorage.getItem(ITEM) === null ? null : refusal(problem);
    sessionStorage.removeItem(ITEM);
    lock();
  }
}

/** In words. */
export function refusal(problem) {
  return problem.status === 401 ? 'This key or token is not known here, or has expired.'
    : problem.status === 403 ? `This key or token is known, but lacks a scope. ${problem.message}.` : problem.message;
}

// The page starts anew at both, so that nothing that one person has seen is still there for another.

export function logIn(credential) {
  sessionStorage.setItem(ITEM, credential);
  location.reload();
}

export function logOut() {
  sessionStorage.removeItem(ITEM);
  location.reload();
}

// The wire of docs/protocol.md §5, as far as a participant needs it: headers, ids, JSON and problems.

const TRANSACTION = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const BRANCH = /^(0|[1-9]\d{0,3})(\.(0|[1-9]\d{0,3})){0,7}$/;
const TOKEN = /^[A-Za-z0-9_-]{22}$/;
const REF = /^assent:[A-Za-z0-9_.:-]{1,183}$/;
const TITLES = {
  'malformed-request': [400, 'The request is not well-formed JSON or not well-formed HTTP'],
  'invalid-value': [400, 'A value is missing, out of range or of the wrong form'],
  'duplicate-member': [400, 'A member is given twice'],
  'not-found': [404, 'There is nothing at this address'],
  'branch-conflict': [409, 'The branch exists with other content'],
  'transaction-rolled-back': [409, 'The transaction has been rolled back'],
  'payload-too-large': [413, 'The body is larger than the limit'],
  'unsupported-media-type': [415, 'Only application/json is accepted'],
  misdirected: [421, 'The message is meant for another participant'],
  'internal-error': [500, 'Something went wrong here'],
  overloaded: [503, 'Too much is under way; nothing was started'],
};

/** An error answer (RFC 9457): one of the protocol's registered problems. */
export class Problem extends Error {
  constructor(type, detail, pointer) {
    super(detail);
    const [status, title] = TITLES[type];
    this.status = status;
    this.body = {
      type: `urn:assent:problem:${type}`,
      title,
      status,
      detail,
      pointer,
      retryable: status >= 500 || type === 'transaction-rolled-back',
    };
  }
}

function value(pattern, text, pointer, what) {
  if (typeof text !== 'string' || !pattern.test(text)) {
    throw new Problem('invalid-value', `not ${what}`, pointer);
  }
  return text;
}

export const transactionId = (text, pointer) => value(TRANSACTION, text, pointer, 'a UUID of version 7 in lower case');
export const branchId = (text, pointer) => value(BRANCH, text, pointer, 'a branch such as 1 or 1.2');
const transactionToken = (text, pointer) => value(TOKEN, text, pointer, "a transaction's token");
export const branchRef = (text, pointer) => value(REF, text, pointer, 'a ref');

/** Reads the ISO 8601 durations that coordinators send; in milliseconds. */
export function duration(text, pointer) {
  const match = /^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(text ?? '');
  if (!match) {
    throw new Problem('invalid-value', 'not an ISO 8601 duration', pointer);
  }
  const [, hours = 0, minutes = 0, seconds = 0] = match;
  return Math.min((hours * 3600 + minutes * 60 + Number(seconds)) * 1000, 86_400_000);
}

/** Reads the header Assent-Transaction, a dictionary of RFC 9651; members that are not known are ignored. */
export function readTransaction(header) {
  const member = /\s*([a-z*][a-z0-9_.*-]*)(?:=(?:"((?:[^"\\]|\\["\\])*)"|(-?\d{1,15})|\?([01])|([A-Za-z*][^\s,;"]*)))?(?:;[^,"]*)*\s*(,|$)/y;
  const found = {};
  let end = '';
  while (member.lastIndex < header.length) {
    const match = member.exec(header);
    if (!match) {
      throw new Problem('invalid-value', 'Assent-Transaction is not well formed', 'Assent-Transaction');
    }
    const [, name, string, integer, boolean, token] = match;
    found[name] = string ?? (integer !== undefined ? Number(integer) : token ?? boolean !== '0');
    end = match[6];
  }
  const inRange = (number) => Number.isInteger(number) && number >= 0;
  if (end === ',' || !inRange(found.deadline) || !inRange(found.remaining) || ![undefined, true, false].includes(found.collect)) {
    throw new Problem('invalid-value', 'Assent-Transaction is not well formed', 'Assent-Transaction');
  }
  return {
    transaction: transactionId(found.id, 'Assent-Transaction'),
    branch: branchId(found.branch, 'Assent-Transaction'),
    deadline: found.deadline,
    remaining: found.remaining,
    collect: found.collect === true,
    token: found.token === undefined ? undefined : transactionToken(found.token, 'Assent-Transaction'),
  };
}

/** Writes the header Assent-Branches for one branch; without url the coordinators are configured with it. Structured fields hold ASCII only. */
export function formatVote({ branch, participant, url, vote, ref, reason }) {
  const quoted = (text) => `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
  return (
    `"${branch}";participant="${participant}"` +
    (url ? `;url=${quoted(url)}` : '') +
    `;vote=${vote}` +
    (ref ? `;ref="${ref}"` : '') +
    (reason && vote === 'rollback' ? `;reason=${quoted(reason.slice(0, 128))}` : '')
  );
}

/** Reads a JSON object. JSON.parse takes the last of two members with one name; here both are refused. */
export function readObject(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch (e) {
    throw new Problem('malformed-request', e.message);
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new Problem('malformed-request', 'expected an object');
  }
  refuseDuplicates(text);
  return parsed;
}

/** The text is known to be JSON, so that strings and braces are all there is to look at. */
function refuseDuplicates(text) {
  const open = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') {
      open.push(new Set());
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token.endsWith(':')) {
      const name = JSON.parse(token.slice(0, -1).trimEnd());
      if (open.at(-1).has(name)) {
        throw new Problem('duplicate-member', `${name} is given twice`);
      }
      open.at(-1).add(name);
    }
  }
}

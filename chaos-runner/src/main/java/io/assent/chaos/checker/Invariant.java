package io.assent.chaos.checker;

/** What must hold, whatever breaks. */
public enum Invariant {
    I1("no split outcome"),
    I2("no reversal"),
    I3("no commit without every vote"),
    I4("without faults and with all-yes votes everything commits"),
    I5("no branch in doubt 30 s after the later of last healing and deadline"),
    I6("every answer equals the final outcome, and \"unknown\" converges"),
    I7("every branch effect exactly once"),
    I8("the sum of money is constant"),
    I9("no order before its decision"),
    I10("nothing forgotten before all durable acknowledgements"),
    I11("an old message or a resumed process changes nothing"),
    I12("nothing left over"),
    I13("a message of one transaction never touches another"),
    I14("no request beyond the allowed hosts"),
    I15("every error answer is a registered problem");

    private final String text;

    Invariant(String text) {
        this.text = text;
    }

    /** In words. */
    public String text() {
        return text;
    }
}

package io.highwater.chaos;

/** What must hold whatever happens to nodes and servers. */
enum Invariant {
    I1("every acknowledged message reaches every subscriber"),
    I2("what is delivered to one subscriber is delivered to all"),
    I3("no message reaches an application twice"),
    I4("the messages of one publisher keep their order"),
    I5("a position is the same message everywhere"),
    I6("positions rise, but for late messages"),
    I7("the archive has exactly what was delivered"),
    I8("a client that resumes gets only what comes after its cursor, and is told if it misses any"),
    I9("every publish ends in an acknowledgement or an error");

    private final String claim;

    Invariant(String claim) {
        this.claim = claim;
    }

    String claim() {
        return claim;
    }
}

// Nothing is wrong here, and the harness must complain of that.
// complaint: compiles with MUST_NOT_COMPILE
// expect: anything
int main() {}

// Does not say what it expects, so that any mistake in it would pass.
// complaint: does not say what to expect
int main() {
#ifdef MUST_NOT_COMPILE
  return nothing_of_this_name;
#endif
}

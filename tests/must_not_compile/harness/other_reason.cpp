// Does not compile with MUST_NOT_COMPILE, but not for the reason that it names.
// complaint: not because of
// expect: words that no compiler prints
int main() {
#ifdef MUST_NOT_COMPILE
  return nothing_of_this_name;
#endif
}

// Wrong without MUST_NOT_COMPILE too, so that a failure with it proves nothing.
// complaint: must compile as it is
// expect: nothing_of_this_name
int main() { return nothing_of_this_name; }

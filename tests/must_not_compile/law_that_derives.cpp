// What derives from a law would be taken for it by the functions that know its formula: the laws are final.
// expect: final
// SPDX-License-Identifier: BSL-1.0
#include <scaling/chinchilla.hpp>

constexpr auto good = scaling::chinchilla<>{1, 2, 3, 4, 5}(1, 1);

#ifdef MUST_NOT_COMPILE
struct mine : scaling::chinchilla<> {};
#endif

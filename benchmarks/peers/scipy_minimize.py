# scipy's minimize on the same objective, in numpy as its users write it; started by benchmark.peers.
# SPDX-License-Identifier: BSL-1.0
#
#   python3 scipy_minimize.py FILE
#
# FILE: the number of runs, then log N, log D, log L of each; the number of starts, then five coordinates of each. Prints
# a line "= name; settings" for a method, and for each start where it ended: five coordinates, success as 0 or 1,
# evaluations, microseconds of processor time.
import sys
import time

try:
    import numpy as np
    from scipy.optimize import minimize
except ImportError:
    sys.exit(77)

numbers = np.array(open(sys.argv[1]).read().split(), dtype=float)
runs = int(numbers[0])
log_n, log_d, log_l = numbers[1:1 + 3 * runs].reshape(runs, 3).T
starts = numbers[2 + 3 * runs:].reshape(-1, 5)
delta = 1e-3


def objective(x):
    A = np.exp(np.clip(x[0] - x[3] * log_n, -700, 700))
    B = np.exp(np.clip(x[1] - x[4] * log_d, -700, 700))
    E = np.exp(np.clip(x[2], -700, 700))
    s = A + B + E
    r = np.log(s) - log_l
    slope = np.clip(r, -delta, delta)
    scaled = slope / s
    gradient = np.array([scaled @ A, scaled @ B, E * scaled.sum(), -((scaled * A) @ log_n), -((scaled * B) @ log_d)])
    return slope @ (r - slope / 2), gradient


def value(x):
    return objective(x)[0]


methods = [
    ("defaults, numeric gradient", dict(fun=value, method="L-BFGS-B")),
    ("defaults, analytic gradient", dict(fun=objective, jac=True, method="L-BFGS-B")),
    ("tight: ftol 1e-15, gtol 1e-14", dict(fun=objective, jac=True, method="L-BFGS-B",
                                           options=dict(ftol=1e-15, gtol=1e-14, maxfun=2000, maxiter=2000))),
    ("BFGS, defaults, analytic gradient", dict(fun=objective, jac=True, method="BFGS")),
]
with np.errstate(all="ignore"):
    for settings, call in methods:
        print("=", settings)
        for start in starts:
            began = time.process_time()
            end = minimize(x0=start, **call)
            passed = 1e6 * (time.process_time() - began)
            print(*end.x, int(end.success), end.nfev, passed)

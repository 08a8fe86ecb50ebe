// What the page asks of the library: made or pasted runs, a fit, its bootstrap, a plan; and plans for limited data.
// SPDX-License-Identifier: BSL-1.0
//
// Compiled to WebAssembly these are the page's functions; native.cpp answers the same questions in a terminal, so that
// the numbers on the page can be compared. Answers are JSON texts, valid until the next question. What the library
// refuses ends the program with the message: the page shows it and starts anew.
#pragma once

extern "C" {

/// Room for so many numbers, which the page fills: a run is its parameters, tokens and loss [nats/token].
double* room(int numbers);

/// Takes the runs that lie in the room.
void take_runs(int count);

/// Makes the SYNTHETIC runs of docs/examples/careful_simulator.hpp: sizes `first` to `last` of 0 to 8, losses with so
/// many decimals, `noise` in thousandths of a nat.
void make_runs(int first, int last, int decimals, double noise);

/// The law behind the runs that are made.
const char* truth();

/// Fits Chinchilla's law to the runs, by Huber's criterion of log residuals with this delta.
const char* fit(double delta);

/// Fits so many more resamples of the runs, and says how many there are by now.
int resample(int replicates);

/// The compute-optimal plan for `flops` [FLOP] by the fit, its intervals from the resamples so far, and the truth's.
const char* plan(double flops);

/// The same for budgets evenly spaced in their logarithm, as columns.
const char* plans(double from, double to, int count);

/// Plans for `flops` [FLOP] where only `unique_tokens` [tokens] exist, by Muennighoff's law and by Lovelace's with the
/// penalty P [nats/token]; and the run that spends the budget on so many epochs.
const char* limited(double flops, double unique_tokens, double P, double epochs);

/// The runs of that budget from `from` to `to` epochs, evenly spaced in their logarithm, as columns.
const char* limited_runs(double flops, double unique_tokens, double P, double from, double to, int count);
}

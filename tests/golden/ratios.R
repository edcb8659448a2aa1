# Limits and p-values of the ratio of two Poisson rates. Writes ratios.csv beside this file: Rscript ratios.R
# poisson.test (two samples) gives the exact limits; mid-p and score limits are solved here from pbinom and
# from the score statistic, not from a closed form.

levels <- c(0.80, 0.95, 0.99)
cases <- data.frame(
  count        = c(11,   60,      41,    2,     2,     2,     0,    7,    0,   1,  5,  43,      205,     100000, 12000, 1, 338, 1, 1, 6, 1),
  exposure     = c(800,  51477.5, 28010, 17877, 17877, 17877, 50,   50,   1,   1,  1,  2391990, 60,      7,      3,     900, 7401619, 2, 3, 1, 4),
  count_ref    = c(21,   30,      15,    10,    9,     9,     7,    0,    1,   0,  5,  52,      180,     99000,  11000, 250, 186, 1, 2, 1, 3),
  exposure_ref = c(3011, 54308.7, 19017, 20000, 16660, 16674, 80,   80,   1,   1,  1,  7987305, 60,      7,      4,     1000, 24294508, 1, 1, 2, 1),
  null         = c(1,    1,       1.5,   1,     1,     1,     1,    1,    1,   1,  2,  1,       1.25,    1,      0.8,   0.01, 6, 1, 0.05, 2, 0.01)
)
solve_for <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-14, maxiter = 10000)$root
# The log of a tail over its target; a tail that vanishes at the edge of the search box is kept finite.
above <- function(tail, target) log(max(tail, 1e-300) / target)
limits <- function(upper, lower, x, y, a, start) {
  low <- if (x == 0) 0 else exp(solve_for(function(l) above(upper(exp(l)), a), start - 12, start))
  high <- if (y == 0) Inf else exp(solve_for(function(l) above(lower(exp(l)), a), start, start + 12))
  c(low, high)
}
row <- function(x, t, y, s, null, level) {
  n <- x + y
  a <- (1 - level) / 2
  d <- t / s
  prob <- function(r) r * d / (1 + r * d)
  start <- log(((x + 0.5) / (y + 0.5)) / d)
  more <- function(r) pbinom(x - 1, n, prob(r), lower.tail = FALSE)
  less <- function(r) pbinom(x, n, prob(r))
  at <- function(r) dbinom(x, n, prob(r))
  exact <- poisson.test(c(x, y), c(t, s), conf.level = level)$conf.int
  # binom.test's limits lose digits when the share is near 1, so the other tail is solved as well.
  solved <- limits(more, less, x, y, a, start)
  fine <- is.finite(solved) & solved > 0
  stopifnot(all(abs(exact - solved)[fine] <= 1e-7 * solved[fine]), all(exact[!fine] == solved[!fine]))
  midp <- limits(function(r) more(r) - at(r) / 2, function(r) less(r) - at(r) / 2, x, y, a, start)
  z <- function(r) (x - r * d * y) / sqrt(n * r * d)
  # The score limits are where the standardised deviation equals the normal quantile.
  score <- c(
    if (x == 0) 0 else exp(solve_for(function(l) z(exp(l)) - qnorm(1 - a), start - 14, start + 1)),
    if (y == 0) Inf else exp(solve_for(function(l) z(exp(l)) + qnorm(1 - a), start - 1, start + 14))
  )
  # One event against none has the mid-p limit, and one against more no better a limit than against none.
  single <- solve_for(function(p) dbinom(1, 1, p) / 2 - a, 1e-9, 1)
  if (x == 1) score[1] <- min(score[1], single / (1 - single) / d)
  if (y == 1) score[2] <- max(score[2], (1 - single) / single / d)
  score_p <- 2 * pnorm(-abs(z(null)))
  if (x == 1 && z(null) > 0) score_p <- max(score_p, prob(null))
  if (y == 1 && z(null) < 0) score_p <- max(score_p, 1 - prob(null))
  data.frame(
    count = x, exposure = t, count_ref = y, exposure_ref = s, null = null, conf_level = level,
    exact_low = solved[1], exact_high = solved[2], midp_low = midp[1], midp_high = midp[2],
    score_low = score[1], score_high = score[2],
    exact_p = min(1, 2 * min(more(null), less(null))),
    midp_p = min(1, 2 * min(more(null) - at(null) / 2, less(null) - at(null) / 2)),
    score_p = score_p
  )
}
rows <- list()
for (i in seq_len(nrow(cases))) for (level in levels) {
  rows[[length(rows) + 1]] <- with(cases[i, ], row(count, exposure, count_ref, exposure_ref, null, level))
}
out <- do.call(rbind, rows)
write.csv(format(out, digits = 17, trim = TRUE), "ratios.csv", row.names = FALSE, quote = FALSE)

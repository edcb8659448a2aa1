# Limits and p-values of the difference of two Poisson rates. Writes rate_differences.csv: Rscript rate_differences.R
# R 4.2.2, base packages. The constrained rates are found by maximising the likelihood numerically and the score limits
# by solving for the statistic, not from a closed form. MOVER is put together from qgamma.

levels <- c(0.80, 0.95, 0.99)
cases <- data.frame(
  count        = c(11,   60,      41,    2,     0,  7,  0, 0,  1, 5, 43,      205, 12000, 100000),
  exposure     = c(800,  51477.5, 28010, 17877, 50, 50, 1, 10, 1, 1, 2391990, 60,  3,     7),
  count_ref    = c(21,   30,      15,    10,    7,  0,  0, 0,  0, 5, 52,      180, 11000, 99000),
  exposure_ref = c(3011, 54308.7, 19017, 20000, 80, 80, 1, 3,  1, 1, 7987305, 60,  4,     7),
  null         = c(0,    0,       2e-4,  0,     0,  0.05, 0, 0.1, 0, 1, 1e-5, -0.2, 1200, 0)
)
solve_for <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 10000)$root
# The rate of the reference that solves the likelihood equation; the group's lies d above it.
constrained <- function(x, t, y, s, d) {
  least <- max(0, -d)
  slope <- function(r) (if (x > 0) x / (r + d) else 0) - t + (if (y > 0) y / r else 0) - s
  scale <- (x + y + 1) / (t + s) + abs(d)
  near <- least + scale * 1e-13
  if (slope(near) <= 0) return(least)
  # On the log distance from the least possible rate, where the root has all its digits.
  least + exp(solve_for(function(l) slope(least + exp(l)), log(scale * 1e-13), log(10 * scale)))
}
z <- function(x, t, y, s, d) {
  r <- constrained(x, t, y, s, d)
  variance <- (r + d) / t + r / s
  if (variance == 0) 0 else (x / t - y / s - d) / sqrt(variance)
}
row <- function(x, t, y, s, null, level) {
  q <- qnorm((1 + level) / 2)
  a <- (1 - level) / 2
  e <- x / t - y / s
  reach <- 20 * (sqrt(x + 1) / t + sqrt(y + 1) / s) + 20 / t + 20 / s
  score <- c(
    solve_for(function(d) z(x, t, y, s, d) - q, e - reach, e),
    solve_for(function(d) z(x, t, y, s, d) + q, e, e + reach)
  )
  jeffreys <- function(x, t) c(min(qgamma(a, x + 0.5), x), max(qgamma(a, x + 0.5, lower.tail = FALSE), x)) / t
  u <- jeffreys(x, t)
  v <- jeffreys(y, s)
  data.frame(
    count = x, exposure = t, count_ref = y, exposure_ref = s, null = null, conf_level = level,
    score_low = score[1], score_high = score[2], score_p = 2 * pnorm(-abs(z(x, t, y, s, null))),
    mover_low = e - sqrt((x / t - u[1])^2 + (v[2] - y / s)^2), mover_high = e + sqrt((u[2] - x / t)^2 + (y / s - v[1])^2)
  )
}
rows <- list()
for (i in seq_len(nrow(cases))) for (level in levels) {
  rows[[length(rows) + 1]] <- with(cases[i, ], row(count, exposure, count_ref, exposure_ref, null, level))
}
out <- do.call(rbind, rows)
write.csv(format(out, digits = 17, trim = TRUE), "rate_differences.csv", row.names = FALSE, quote = FALSE)

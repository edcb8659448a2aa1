# The E-test of the ratio and of the difference of two Poisson rates. Writes e_test.csv: Rscript e_test.R
# R 4.2.2, base packages. The p-value is the plain double sum over a matrix of outcomes. Limits come from a grid of
# 1/256 of a standard error, eight times finer than evalkit's, outermost point not rejected, then halving.

cases <- data.frame(
  count        = c(11,   2,     0,  7,  0, 1, 5, 3,  12, 25, 4),
  exposure     = c(800,  17877, 50, 50, 1, 1, 1, 10, 3,  6,  10.4),
  count_ref    = c(21,   10,    7,  0,  1, 1, 5, 0,  4,  30, 1),
  exposure_ref = c(3011, 20000, 80, 80, 1, 1, 1, 10, 4,  5,  1),
  null_ratio   = c(1,    1,     1,  2,  1, 3, 2, 1,  1.5, 0.7, 1),
  null_difference = c(0, 1e-4,  0,  0.05, 0.5, 0, 1, 0.1, 1, -2, 0)
)
level <- 0.95
alpha <- 1 - level
outcomes <- function(m) 0:(ceiling(m + 12 * sqrt(m)) + 40)
sum_beyond <- function(statistic, observed, m, n) {
  k <- outcomes(m)
  l <- outcomes(n)
  far <- abs(outer(k, l, statistic)) >= abs(observed) - 1e-10 * max(1, abs(observed))
  sum(outer(dpois(k, m), dpois(l, n))[far])
}
ratio_p <- function(x, t, y, s, r) {
  o <- r * t / s
  statistic <- function(k, l) ifelse(k + l == 0, 0, (k - o * l) / sqrt(pmax(k + l, 1) * o))
  sum_beyond(statistic, statistic(x, y), (x + y) * o / (1 + o), (x + y) / (1 + o))
}
rate_ref <- function(x, t, y, s, d) {
  b <- (t + s) * d - x - y
  pmax((-b + sqrt(b^2 + 4 * (t + s) * y * d)) / (2 * (t + s)), 0, -d)
}
difference_p <- function(x, t, y, s, d) {
  # For a negative difference the sides change place, which keeps the root of the quadratic the positive one.
  if (d < 0) return(difference_p(y, s, x, t, -d))
  statistic <- function(k, l) {
    r <- rate_ref(k, t, l, s, d)
    v <- (r + d) / t + r / s
    ifelse(v == 0, 0, (k / t - l / s - d) / sqrt(pmax(v, 1e-300)))
  }
  r <- rate_ref(x, t, y, s, d)
  sum_beyond(statistic, statistic(x, y), t * (r + d), s * r)
}
outermost <- function(p, inside, step) {
  grid <- inside + step * (0:3000)
  kept <- max(which(vapply(grid, p, 0) > alpha))
  stopifnot(kept < length(grid) - 200)
  low <- grid[kept]
  high <- grid[kept + 1]
  for (i in 1:60) {
    middle <- (low + high) / 2
    if (p(middle) > alpha) low <- middle else high <- middle
  }
  low
}
row <- function(x, t, y, s, null_ratio, null_difference) {
  error <- sqrt(1 / (x + 0.5) + 1 / (y + 0.5))
  near <- log((x + 0.5) / t / ((y + 0.5) / s))
  on_log <- function(l) ratio_p(x, t, y, s, exp(l))
  apart <- sqrt((x + 0.5) / t^2 + (y + 0.5) / s^2)
  on_difference <- function(d) difference_p(x, t, y, s, d)
  data.frame(
    count = x, exposure = t, count_ref = y, exposure_ref = s, conf_level = level,
    null_ratio = null_ratio, ratio_p = ratio_p(x, t, y, s, null_ratio),
    ratio_low = if (x == 0) 0 else exp(outermost(on_log, near, -error / 256)),
    ratio_high = if (y == 0) Inf else exp(outermost(on_log, near, error / 256)),
    null_difference = null_difference, difference_p = difference_p(x, t, y, s, null_difference),
    difference_low = outermost(on_difference, x / t - y / s, -apart / 256),
    difference_high = outermost(on_difference, x / t - y / s, apart / 256)
  )
}
out <- do.call(rbind, lapply(seq_len(nrow(cases)), function(i) do.call(row, unname(as.list(cases[i, ])))))
write.csv(format(out, digits = 17, trim = TRUE), "e_test.csv", row.names = FALSE, quote = FALSE)

# Persons in cases. Writes cases.csv beside this file: Rscript cases.R. Base R only (stats).
# The formula of evalkit/inference/clustered.py from R's own quantiles; the p-values are found by uniroot at 1e-14.

solve_for <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-14, maxiter = 10000)$root
side <- function(sizes) {
  y <- sum(sizes); v <- sum(sizes^2)
  if (y == 0) return(list(phi = NA, k = 0, n = 0, y = 0))
  list(phi = v / y, k = y^2 / v, n = sum(sizes > 0), y = y, sizes = sizes)
}
# Mid-p: an even mixture of gammas with shapes k and k + 1. Of no case the limit is not used.
low_of <- function(s, a) {
  k <- max(s$k, 1)
  exp(solve_for(function(l) log((pgamma(exp(l), k) + pgamma(exp(l), k + 1)) / 2 / a), log(qgamma(a, k)) - 1, log(qgamma(a, k + 1)) + 1))
}
high_of <- function(s, a) (s$k + 0.5) * qf(a, 2 * (s$k + 0.5), 2 * s$n + 3, lower.tail = FALSE)
# With one more case as large as the largest; all cases, and those of more than one person (or a single one).
above <- function(sizes) {
  y <- sum(sizes) + max(sizes)
  list(y = y, k = y^2 / (sum(sizes^2) + max(sizes)^2))
}
ways <- function(s) lapply(list(s$sizes, if (any(s$sizes > 1)) s$sizes[s$sizes > 1] else 1), above)
rate_high <- function(s, a) max(sapply(ways(s), function(w) w$y * qf(a, 2 * w$k, 2 * w$k + 3, lower.tail = FALSE)))
rate_tail <- function(s, x) max(sapply(ways(s), function(w) pf(x / w$y, 2 * w$k, 2 * w$k + 3, lower.tail = FALSE)))
rate <- function(s, t, a) c(s$phi * low_of(s, a), rate_high(s, a)) / t
ratio <- function(one, t1, two, t2, a) {
  none <- c(one$y, two$y) == 0
  if (none[1]) { one$phi <- two$phi; one$n <- two$n }
  if (none[2]) { two$phi <- one$phi; two$n <- one$n }
  e1 <- log(one$phi * (one$k + 0.5) / t1); e2 <- log(two$phi * (two$k + 0.5) / t2)
  gap <- function(s, q) log(q / (s$k + 0.5))
  low <- e1 - e2 - sqrt(gap(one, low_of(one, a))^2 + gap(two, high_of(two, a))^2)
  high <- e1 - e2 + sqrt(gap(one, high_of(one, a))^2 + gap(two, low_of(two, a))^2)
  c(if (none[1]) 0 else exp(low), if (none[2]) Inf else exp(high))
}
p_ratio <- function(one, t1, two, t2, null) {
  off <- function(l, i) { x <- ratio(one, t1, two, t2, exp(l))[i]; (if (x == 0) -99 else if (x == Inf) 99 else log(x)) - log(null) }
  for (i in 1:2) {
    edges <- c(off(log(1e-12 / 2), i), off(log(0.4), i))
    if (prod(edges) < 0) return(2 * exp(solve_for(function(l) off(l, i), log(1e-12 / 2), log(0.4))))
  }
  NA
}
sets <- list(
  list(c(1, 2, 1, 1, 9, 3), 2, c(1, 1, 2, 1), 3), list(c(40, 1, 2, 1, 3, 1, 1, 5, 2, 6), 1, c(1, 2, 1, 1, 1, 2, 4, 1, 1), 1),
  list(rep(1, 12), 1, rep(1, 3), 1), list(c(5), 1, c(2, 1), 4), list(c(3, 2), 10, numeric(0), 7),
  list(numeric(0), 10, c(3, 2, 8), 7), list(rep(c(1, 2, 20), 40), 5, rep(c(1, 1, 3), 50), 6)
)
rows <- list()
for (set in sets) for (level in c(0.8, 0.95, 0.99)) {
  a <- (1 - level) / 2
  one <- side(set[[1]]); two <- side(set[[3]])
  single <- if (one$y > 0) rate(one, set[[2]], a) else c(NA, NA)
  null <- 1.3
  both <- ratio(one, set[[2]], two, set[[4]], a)
  rows[[length(rows) + 1]] <- data.frame(
    sizes = paste(set[[1]], collapse = " "), exposure = set[[2]], sizes_ref = paste(set[[3]], collapse = " "),
    exposure_ref = set[[4]], conf_level = level, null = null, rate_low = single[1], rate_high = single[2],
    rate_p = if (one$y > 0) min(1, 2 * min((pgamma(null * set[[2]] / one$phi, one$k) + pgamma(null * set[[2]] / one$phi, one$k + 1)) / 2,
      rate_tail(one, null * set[[2]]))) else NA,
    ratio_low = both[1], ratio_high = both[2], ratio_p = p_ratio(one, set[[2]], two, set[[4]], null)
  )
}
write.csv(format(do.call(rbind, rows), digits = 17, trim = TRUE), "cases.csv", row.names = FALSE, quote = FALSE)

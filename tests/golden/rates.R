# Limits and p-values of one Poisson rate. Writes rates.csv beside this file: Rscript rates.R
# poisson.test gives Garwood's limits; the others are solved here from R's own distribution functions
# with a tolerance far below the last digit, because uniroot's default stops after four digits.

levels <- c(0.80, 0.90, 0.95, 0.99)
cases <- rbind(
  expand.grid(count = c(0, 1, 2, 3, 5, 10, 18, 43, 91, 250, 1000, 123456), exposure = 1, null = NA),
  data.frame(count = c(137, 0, 4, 43, 10), exposure = c(24.19893, 100, 0.37, 2391990, 1000),
             null = c(1, 0.02, 20, 0.00002, 0.02))
)
solve_for <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-14, maxiter = 10000)$root
# The log of a tail over its target; a tail that vanishes at the edge of the search box is kept finite.
above <- function(tail, target) log(max(tail, 1e-300) / target)
midp_limits <- function(x, a) {
  upper <- function(m) ppois(x, m, lower.tail = FALSE) + dpois(x, m) / 2
  lower <- function(m) ppois(x - 1, m) + dpois(x, m) / 2
  box <- c(if (x > 0) qgamma(a, x) else 0, qgamma(1 - a, x + 1))
  low <- if (x == 0) 0 else exp(solve_for(function(l) above(upper(exp(l)), a), log(box[1]), log(x)))
  high <- exp(solve_for(function(l) above(lower(exp(l)), a), log(max(x, 0.1)), log(box[2])))
  c(low, high)
}
row <- function(x, t, null, level) {
  a <- (1 - level) / 2
  z <- qnorm(1 - a)
  garwood <- poisson.test(x, t, conf.level = level)$conf.int
  own <- c(if (x > 0) qgamma(a, x) else 0, qgamma(1 - a, x + 1)) / t
  stopifnot(all(abs(garwood - own) <= 1e-9 * pmax(own, 1e-300)))
  midp <- midp_limits(x, a) / t
  mean <- null * t
  less <- ppois(x, mean)
  more <- ppois(x - 1, mean, lower.tail = FALSE)
  at <- dpois(x, mean)
  data.frame(
    count = x, exposure = t, null = null, conf_level = level,
    exact_low = own[1], exact_high = own[2], midp_low = midp[1], midp_high = midp[2],
    score_low = (x + z^2 / 2 - z * sqrt(x + z^2 / 4)) / t, score_high = (x + z^2 / 2 + z * sqrt(x + z^2 / 4)) / t,
    bayes_low = if (x == 0) 0 else qgamma(a, x + 0.5) / t, bayes_high = qgamma(1 - a, x + 0.5) / t,
    exact_p = min(1, 2 * min(less, more)), midp_p = min(1, 2 * min(less - at / 2, more - at / 2)),
    score_p = 2 * pnorm(-abs(x - mean) / sqrt(mean))
  )
}
rows <- list()
for (i in seq_len(nrow(cases))) for (level in levels) {
  rows[[length(rows) + 1]] <- with(cases[i, ], row(count, exposure, null, level))
}
out <- do.call(rbind, rows)
out$score_low[out$count == 0] <- 0
write.csv(format(out, digits = 17, trim = TRUE), "rates.csv", row.names = FALSE, quote = FALSE)

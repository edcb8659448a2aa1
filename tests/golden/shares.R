# Shares that may vary more than chance. Writes shares_series.csv (what goes in) and shares.csv (what comes out).
# Dispersion and its degrees of freedom from glm(family = quasibinomial), one share per cell. The limits are those of
# score tests whose constrained estimates are found by maximising the likelihood, with the variance times phi and
# Student's t where phi is above 1. Ratio of two ratios: MOVER on the log scale. All roots by uniroot at 1e-14.
# Beside them stand Wald limits of glm on the log scale, for the reader: they agree with many counts, not with few.

cell <- function(case, name, counts, trials) data.frame(case, cell = name, count = counts, trials = trials)
names4 <- c("treated_after", "treated_before", "comparison_after", "comparison_before")
set.seed(2)
# Beta-binomial: the share of each period is drawn anew, so that the variance is 1 + (n - 1) * rho times the binomial.
uneven <- function(share, trials, rho) rbinom(length(trials), trials, rbeta(length(trials), share * (1 / rho - 1), (1 - share) * (1 / rho - 1)))
visits <- function(n) rpois(n, 25) + 5
v <- lapply(1:4, function(i) visits(12))
series <- rbind(
  cell("single_even", "group", c(9, 10, 9, 10), c(10, 11, 10, 11)),
  cell("single_uneven", "group", c(3, 9, 19, 4, 0, 20), c(20, 22, 20, 18, 15, 21)),
  cell("single_high", "group", c(20, 18, 12, 20), c(20, 20, 20, 20)),
  cell("pair_even", "group", c(6, 5, 7), c(20, 20, 21)), cell("pair_even", "reference", c(11, 10, 12), c(22, 21, 23)),
  cell("pair_uneven", "group", c(1, 12, 4, 9), c(20, 22, 18, 20)),
  cell("pair_uneven", "reference", c(8, 9, 17, 5, 14), c(20, 20, 21, 19, 20)),
  cell("pair_all", "group", c(10, 10), c(10, 10)), cell("pair_all", "reference", c(5, 6), c(10, 12)),
  cell("pair_none", "group", c(0, 0), c(10, 14)), cell("pair_none", "reference", c(5, 6), c(10, 12)),
  cell("table_even", names4[1], c(8, 9, 8), c(20, 22, 20)), cell("table_even", names4[2], c(4, 5, 4), c(20, 23, 20)),
  cell("table_even", names4[3], c(10, 11, 10), c(40, 42, 40)), cell("table_even", names4[4], c(9, 9, 10), c(38, 39, 41)),
  cell("table_uneven", names4[1], uneven(0.6, v[[1]], 0.06), v[[1]]),
  cell("table_uneven", names4[2], uneven(0.3, v[[2]], 0.06), v[[2]]),
  cell("table_uneven", names4[3], uneven(0.5, v[[3]], 0.06), v[[3]]),
  cell("table_uneven", names4[4], uneven(0.4, v[[4]], 0.06), v[[4]]),
  cell("table_large", names4[1], c(812, 790), c(1500, 1480)), cell("table_large", names4[2], c(741, 720), c(1490, 1510)),
  cell("table_large", names4[3], c(2003, 2100), c(9000, 9100)), cell("table_large", names4[4], c(1700, 1702), c(8800, 8790))
)
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 10000)$root

score <- function(x, n, y, m, d) {
  slope <- function(p) {
    g <- p * d
    (if (x > 0) x * d / g else 0) - (if (x < n) (n - x) * d / (1 - g) else 0) +
      (if (y > 0) y / p else 0) - (if (y < m) (m - y) / (1 - p) else 0)
  }
  high <- min(1, 1 / d); step <- high * 1e-13
  p <- if (slope(step) <= 0) 0 else if (slope(high - step) >= 0) high else root(slope, step, high - step)
  g <- min(p * d, 1)
  (x / n - d * y / m) / sqrt((g * (1 - g) / n + d^2 * p * (1 - p) / m) * (n + m) / (n + m - 1))
}
ratio_limits <- function(x, n, y, m, reach) {
  near <- log((x + 0.5) / (n + 0.5) / (y + 0.5) * (m + 0.5))
  at <- function(l) score(x, n, y, m, exp(l))
  c(if (x == 0) 0 else exp(root(function(l) at(l) - reach, near - 20, near + 20)),
    if (y == 0) Inf else exp(root(function(l) at(l) + reach, near - 20, near + 20)))
}
share_limits <- function(x, n, reach) {
  at <- function(p) (x / n - p) / sqrt(p * (1 - p) / n)
  c(if (x == 0) 0 else root(function(p) at(p) - reach, 1e-12, x / n),
    if (x == n) 1 else root(function(p) at(p) + reach, x / n, 1 - 1e-12))
}
table_limits <- function(x, n, reach) {
  own <- log(ratio_limits(x[1], n[1], x[2], n[2], reach)); other <- log(ratio_limits(x[3], n[3], x[4], n[4], reach))
  a <- log(x[1] / n[1] * n[2] / x[2]); b <- log(x[3] / n[3] * n[4] / x[4])
  exp(c(a - b - sqrt((a - own[1])^2 + (other[2] - b)^2), a - b + sqrt((own[2] - a)^2 + (b - other[1])^2)))
}
null <- c(single_even = 0.8, single_uneven = 0.3, single_high = 0.8)
row <- function(case) {
  d <- series[series$case == case, ]
  d$cell <- factor(d$cell, levels = unique(d$cell))
  x <- tapply(d$count, d$cell, sum); n <- tapply(d$trials, d$cell, sum); k <- nlevels(d$cell)
  # A cell where all or none have it has no variation to measure, and glm no finite estimate of it.
  inside <- d[d$cell %in% names(x)[x > 0 & x < n], ]; inside$cell <- droplevels(inside$cell)
  one <- nlevels(inside$cell) < 2
  fit <- glm(if (one) cbind(count, trials - count) ~ 1 else cbind(count, trials - count) ~ 0 + cell, data = inside,
             family = quasibinomial, control = glm.control(epsilon = 1e-14, maxit = 100))
  phi <- summary(fit)$dispersion; df <- fit$df.residual
  wide <- phi > 1
  reach <- function(level) if (wide) qt(1 - (1 - level) / 2, df) * sqrt(phi) else qnorm(1 - (1 - level) / 2)
  tail <- function(s) if (wide) 2 * pt(-abs(s) / sqrt(phi), df) else 2 * pnorm(-abs(s))
  limits <- function(level) {
    r <- reach(level)
    if (k == 1) share_limits(x, n, r) else if (k == 2) ratio_limits(x[1], n[1], x[2], n[2], r) else table_limits(x, n, r)
  }
  tested <- if (k == 1) null[[case]] else 1
  p <- if (k == 1) tail((x - n * tested) / sqrt(n * tested * (1 - tested))) else if (k == 2) tail(score(x[1], n[1], x[2], n[2], 1)) else {
    side <- if (x[1] / n[1] * n[2] / x[2] > x[3] / n[3] * n[4] / x[4]) 1 else 2
    exp(root(function(a) log(limits(1 - exp(a))[side]), log(1e-9), log(1 - 1e-9)))
  }
  s <- list(`1` = 1, `2` = c(1, -1), `4` = c(1, -1, -1, 1))[[as.character(k)]]
  error <- sqrt(max(phi, 1) * sum((1 - x / n) / x))
  quantile <- if (wide) qt(0.975, df) else qnorm(0.975)
  low <- limits(0.95); narrow <- limits(0.80)
  data.frame(case = case, estimate = exp(sum(s * log(x / n))), dispersion = phi, df = df,
             low95 = low[1], high95 = low[2], low80 = narrow[1], high80 = narrow[2], null = tested, p_value = p,
             wald_low = exp(sum(s * log(x / n)) - quantile * error), wald_high = exp(sum(s * log(x / n)) + quantile * error))
}
out <- do.call(rbind, lapply(unique(series$case), row))
write.csv(series, "shares_series.csv", row.names = FALSE, quote = FALSE)
write.csv(format(out, digits = 17, trim = TRUE), "shares.csv", row.names = FALSE, quote = FALSE)

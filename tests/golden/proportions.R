# One proportion, two compared, and exact tests. Writes proportions.csv, proportion_pairs.csv and proportion_tests.csv
# beside this file: Rscript proportions.R. Base R only (stats). binom.test, prop.test and fisher.test give what they have;
# the rest is solved here from its definition by uniroot at 1e-14, because its default stops after four digits.

levels <- c(0.80, 0.95, 0.99)
solve_for <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 10000)$root
doubled <- function(less, more) min(1, 2 * min(less, more))
write_out <- function(rows, name) {
  write.csv(format(do.call(rbind, rows), digits = 17, trim = TRUE), name, row.names = FALSE, quote = FALSE)
}

# --- one proportion
single <- function(x, n, p0, level) {
  a <- (1 - level) / 2
  exact <- binom.test(x, n, conf.level = level)$conf.int
  wilson <- suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE)$conf.int)
  upper <- function(p) pbinom(x, n, p, lower.tail = FALSE) + dbinom(x, n, p) / 2
  lower <- function(p) pbinom(x - 1, n, p) + dbinom(x, n, p) / 2
  logit <- function(f) plogis(solve_for(function(l) f(plogis(l)) - a, -30, 30))
  less <- pbinom(x, n, p0); more <- pbinom(x - 1, n, p0, lower.tail = FALSE); at <- dbinom(x, n, p0)
  data.frame(
    count = x, of = n, null = p0, conf_level = level,
    wilson_low = if (x == 0) 0 else wilson[1], wilson_high = if (x == n) 1 else wilson[2],
    clopper_pearson_low = exact[1], clopper_pearson_high = exact[2],
    midp_low = if (x == 0) 0 else logit(upper), midp_high = if (x == n) 1 else logit(lower),
    bayes_low = if (x == 0) 0 else qbeta(a, x + 0.5, n - x + 0.5),
    bayes_high = if (x == n) 1 else qbeta(1 - a, x + 0.5, n - x + 0.5),
    wilson_p = 2 * pnorm(-abs(x - n * p0) / sqrt(n * p0 * (1 - p0))),
    clopper_pearson_p = doubled(less, more), midp_p = doubled(less - at / 2, more - at / 2)
  )
}
cases <- list(c(0, 1), c(1, 1), c(0, 20), c(20, 20), c(1, 20), c(18, 20), c(81, 263), c(15, 148), c(43, 50), c(1, 1000),
              c(997, 1000), c(123456, 1000000))
rows <- list()
for (case in cases) for (level in levels) for (p0 in c(0.1, 0.5)) rows[[length(rows) + 1]] <- single(case[1], case[2], p0, level)
write_out(rows, "proportions.csv")

# --- two proportions: the constrained estimate is found by maximising the likelihood, not by the published cubic
score <- function(x, n, y, m, d, kind) {
  # The share of the reference at which the likelihood is largest, from the slope of the log-likelihood.
  group <- if (kind == "difference") function(p) p + d else function(p) p * d
  inner <- if (kind == "difference") 1 else d
  slope <- function(p) {
    g <- group(p)
    (if (x > 0) x * inner / g else 0) - (if (x < n) (n - x) * inner / (1 - g) else 0) +
      (if (y > 0) y / p else 0) - (if (y < m) (m - y) / (1 - p) else 0)
  }
  low <- if (kind == "difference") max(0, -d) else 0
  high <- if (kind == "difference") min(1, 1 - d) else min(1, 1 / d)
  step <- (high - low) * 1e-13
  p <- if (slope(low + step) <= 0) low else if (slope(high - step) >= 0) high else solve_for(slope, low + step, high - step)
  g <- min(max(group(p), 0), 1)
  excess <- if (kind == "difference") x / n - y / m - d else x / n - d * y / m
  scale <- if (kind == "difference") 1 else d^2
  if (excess == 0) return(0)
  excess / sqrt((g * (1 - g) / n + scale * p * (1 - p) / m) * (n + m) / (n + m - 1))
}
newcombe <- function(x, n, y, m, level) {
  a <- suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE)$conf.int)
  b <- suppressWarnings(prop.test(y, m, conf.level = level, correct = FALSE)$conf.int)
  p <- x / n; q <- y / m
  c(p - q - sqrt((p - a[1])^2 + (b[2] - q)^2), p - q + sqrt((a[2] - p)^2 + (q - b[1])^2))
}
pair <- function(x, n, y, m, level) {
  z <- qnorm(1 - (1 - level) / 2)
  d <- x / n - y / m
  at <- function(t) score(x, n, y, m, t, "difference")
  low <- if (d == -1) -1 else solve_for(function(t) at(t) - z, -1 + 1e-12, d)
  high <- if (d == 1) 1 else solve_for(function(t) at(t) + z, d, 1 - 1e-12)
  ratio_at <- function(l) score(x, n, y, m, exp(l), "ratio")
  near <- log((x + 0.5) / (n + 0.5) / (y + 0.5) * (m + 0.5))
  none <- x + y == 0
  new <- newcombe(x, n, y, m, level)
  data.frame(
    count = x, of = n, count_ref = y, of_ref = m, conf_level = level,
    newcombe_low = new[1], newcombe_high = new[2], mn_low = low, mn_high = high,
    mn_p = 2 * pnorm(-abs(at(0))), mn_p_tenth = 2 * pnorm(-abs(at(0.1))),
    ratio_low = if (none) NA else if (x == 0) 0 else exp(solve_for(function(l) ratio_at(l) - z, near - 20, near + 20)),
    ratio_high = if (none) NA else if (y == 0) Inf else exp(solve_for(function(l) ratio_at(l) + z, near - 20, near + 20)),
    ratio_p_two = if (none) NA else 2 * pnorm(-abs(score(x, n, y, m, 2, "ratio")))
  )
}
tables <- list(c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29), c(0, 10, 0, 20), c(0, 10, 0, 10),
               c(10, 10, 0, 20), c(10, 10, 0, 10), c(36, 40, 16, 80), c(3, 1000, 1, 4000), c(1, 1, 0, 1),
               c(20000, 50000, 19000, 50000), c(12, 15, 40, 41))
rows <- list()
for (t in tables) for (level in levels) rows[[length(rows) + 1]] <- pair(t[1], t[2], t[3], t[4], level)
write_out(rows, "proportion_pairs.csv")

# --- exact tests: Boschloo by brute force, every table and a grid of 20,000 common proportions, then optimise at the peaks
boschloo <- function(x, n, y, m) {
  fisher <- outer(0:n, 0:m, Vectorize(function(i, j) phyper(i - 1, n, m, i + j, lower.tail = FALSE)))
  extreme <- fisher <= fisher[x + 1, y + 1] * (1 + 1e-9)
  size <- function(p) sum(outer(dbinom(0:n, n, p), dbinom(0:m, m, p)) * extreme)
  grid <- sin(seq(0, pi / 2, length.out = 2001))^2
  at <- sapply(grid, size)
  peaks <- which(diff(sign(diff(c(-1, at, -1)))) < 0)
  found <- sapply(peaks, function(i) {
    optimize(size, grid[c(max(i - 1, 1), min(i + 1, length(grid)))], maximum = TRUE, tol = 1e-13)$objective
  })
  min(1, max(found, at))
}
tested <- function(x, n, y, m) {
  cells <- matrix(c(x, n - x, y, m - y), 2)
  data.frame(
    count = x, of = n, count_ref = y, of_ref = m,
    fisher_greater = fisher.test(cells, alternative = "greater")$p.value,
    fisher_less = fisher.test(cells, alternative = "less")$p.value,
    fisher_minlike = fisher.test(cells)$p.value,
    boschloo_greater = boschloo(x, n, y, m), boschloo_less = boschloo(n - x, n, m - y, m)
  )
}
tables <- list(c(7, 12, 1, 10), c(3, 5, 0, 7), c(0, 5, 0, 5), c(5, 5, 0, 5), c(10, 15, 3, 20), c(74, 100, 60, 110),
               c(2, 3, 40, 90), c(1, 1, 0, 60), c(30, 60, 30, 60), c(7, 15, 12, 15), c(16, 30, 8, 31))
write_out(lapply(tables, function(t) tested(t[1], t[2], t[3], t[4])), "proportion_tests.csv")

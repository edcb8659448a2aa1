# Power and two one-sided tests. Writes precision.csv beside this file: Rscript precision.R
# Base R only. power.prop.test is R's own; the exact powers add up every outcome with dpois and dbinom, the
# rejection of each found with binom.test's or ppois' tail, so nothing of evalkit's way of searching is shared.

one_rate <- function(n, ratio, a, midp, up) {
  x <- 0:ceiling(max(n, ratio * n) + 12 * sqrt(max(n, ratio * n)) + 40)
  tail <- if (up) ppois(x - 1, n, lower.tail = FALSE) else ppois(x, n)
  if (midp) tail <- tail - dpois(x, n) / 2
  sum(dpois(x, ratio * n)[tail <= a])
}
two_rates <- function(n, m, ratio, a, midp, up) {
  mean1 <- ratio * n
  total <- 0
  for (x in 0:ceiling(mean1 + 11 * sqrt(mean1) + 25)) {
    y <- 0:ceiling(m + 11 * sqrt(m) + 25)
    p <- n / (n + m)
    tail <- if (up) pbinom(x - 1, x + y, p, lower.tail = FALSE) else pbinom(x, x + y, p)
    if (midp) tail <- tail - dbinom(x, x + y, p) / 2
    total <- total + dpois(x, mean1) * sum(dpois(y, m)[tail <= a])
  }
  total
}
rows <- list()
add <- function(kind, n, m, ratio, alpha, method, value) {
  rows[[length(rows) + 1]] <<- data.frame(kind = kind, events = n, events_ref = m, ratio = ratio, alpha = alpha,
                                          method = method, value = value)
}
for (n in c(0.5, 3, 10, 30)) for (ratio in c(0.3, 1, 1.5, 2.5)) for (alpha in c(0.05, 0.1)) for (method in c("exact", "midp")) {
  up <- ratio >= 1
  add("one_rate", n, NA, ratio, alpha, method, one_rate(n, ratio, alpha / 2, method == "midp", up))
  for (share in c(0.5, 1, 4))
    add("two_rates", n, n * share, ratio, alpha, method, two_rates(n, n * share, ratio, alpha / 2, method == "midp", up))
}
for (n in c(20, 50, 200, 1000)) for (p in c(0.05, 0.2, 0.4)) for (ratio in c(0.5, 1.25, 2)) for (alpha in c(0.05, 0.01)) {
  power <- power.prop.test(n = n, p1 = p * ratio, p2 = p, sig.level = alpha)$power
  add("shares", n * p, n, ratio, alpha, "wald", power)
}
tost <- rbind(c(60, 51477.5, 30, 54308.7), c(41, 28010, 15, 19017), c(2, 17877, 10, 20000), c(11, 800, 21, 3011),
              c(500, 1, 510, 1), c(0, 3, 4, 2), c(7, 2, 0, 1))
tested <- list()
for (i in seq_len(nrow(tost))) for (margin in list(c(1 / 1.2, 1.2), c(0.8, 1.2), c(0.5, 2))) {
  v <- tost[i, ]
  p <- function(r) r * v[2] / (r * v[2] + v[4])
  x <- v[1]; s <- v[1] + v[3]
  above <- binom.test(x, s, p(margin[1]), alternative = "greater")$p.value
  below <- binom.test(x, s, p(margin[2]), alternative = "less")$p.value
  tested[[length(tested) + 1]] <- data.frame(
    count = x, exposure = v[2], count_ref = v[3], exposure_ref = v[4], low = margin[1], high = margin[2],
    exact_above = above, exact_below = below,
    midp_above = above - dbinom(x, s, p(margin[1])) / 2, midp_below = below - dbinom(x, s, p(margin[2])) / 2
  )
}
write.csv(format(do.call(rbind, rows), digits = 17, trim = TRUE), "precision.csv", row.names = FALSE, quote = FALSE)
write.csv(format(do.call(rbind, tested), digits = 17, trim = TRUE), "equivalence.csv", row.names = FALSE, quote = FALSE)

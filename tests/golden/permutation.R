# Exact permutation tests of a difference in means. R 4.2.2 (2022-10-31), coin 1.4-2 (Debian r-cran-coin).
library(coin)
set.seed(8)
data <- rbind(
  data.frame(case = "groups", y = rpois(12, 6), treated = rep(c(1, 0), c(5, 7)), block = 1),
  data.frame(case = "ties", y = c(1, 1, 2, 2, 3, 3, 3, 1, 2, 9), treated = rep(c(1, 0), 5), block = 1),
  data.frame(case = "one_of_nine", y = c(31, rpois(8, 20)), treated = c(1, rep(0, 8)), block = 1),
  data.frame(case = "blocks", y = rpois(14, 9), treated = c(1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0),
             block = rep(1:3, c(5, 4, 5))))
flips <- data.frame(case = "pairs", y = c(3, -1, 4, 2, 0, 5, -2, 6, 1), treated = NA, block = 1)
# Every assignment within blocks, by enumeration.
assignments <- function(d) {
  parts <- lapply(split(seq_len(nrow(d)), d$block), function(at) combn(at, sum(d$treated[at]), simplify = FALSE))
  grid <- expand.grid(lapply(parts, seq_along))
  t(apply(grid, 1, function(g) { a <- rep(0, nrow(d)); a[unlist(Map(function(p, k) p[[k]], parts, g))] <- 1; a }))
}
# The mean of the differences within blocks, each weighed by treated * others / units.
within <- function(y, a, block) {
  parts <- split(data.frame(y, a), block)
  n <- sapply(parts, function(p) sum(p$a) * sum(1 - p$a) / nrow(p))
  difference <- sapply(parts, function(p) mean(p$y[p$a == 1]) - mean(p$y[p$a == 0]))
  sum(n[n > 0] * difference[n > 0]) / sum(n)
}
p_of <- function(d, shift = 0) {
  y <- d$y - shift * d$treated
  difference <- apply(assignments(d), 1, function(a) within(y, a, d$block))
  mean(abs(difference) >= abs(within(y, d$treated, d$block)) - 1e-9)
}
rows <- lapply(split(data, data$case), function(d) {
  p <- p_of(d)
  if (d$case[1] != "blocks") {
    by_coin <- as.numeric(pvalue(oneway_test(y ~ factor(treated), data = d, distribution = "exact")))
    stopifnot(abs(by_coin - p) < 1e-10)
  }
  # Where the test stops rejecting at 20 %: p is searched for just inside and just outside by bisection.
  estimate <- within(d$y, d$treated, d$block)
  limit <- function(out) {
    inside <- estimate; outside <- out
    if (p_of(d, outside) > .2) return(sign(out) * Inf)
    for (step in 1:60) { middle <- (inside + outside) / 2; if (p_of(d, middle) > .2) inside <- middle else outside <- middle }
    inside
  }
  data.frame(case = d$case[1], p = p, low = limit(-1000), high = limit(1000))
})
signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), nrow(flips))))
means <- signs %*% flips$y / nrow(flips)
rows$pairs <- data.frame(case = "pairs", p = mean(abs(means) >= abs(mean(flips$y)) - 1e-9), low = NA, high = NA)
write.csv(rbind(data, flips), "permutation.csv", row.names = FALSE, quote = FALSE, na = "")
write.csv(format(do.call(rbind, rows), digits = 15, trim = TRUE), "permutation_p.csv", row.names = FALSE, quote = FALSE)

# Shifts in time: two areas of 13 months moved together, and an alternating pattern that returns after two months.
n <- 13
shifted <- rbind(
  data.frame(case = "one_area", month = 1:n, area = "a", treated = as.numeric(1:n %in% 6:10), y = rpois(n, 5)),
  data.frame(case = "two_areas", month = rep(1:n, 2), area = rep(c("a", "b"), each = n),
             treated = c(as.numeric(1:n >= 9), as.numeric(1:n %in% 4:6)), y = rpois(2 * n, 7)),
  data.frame(case = "alternating", month = 1:12, area = "a", treated = rep(c(1, 0), 6), y = rpois(12, 4)))
turn <- function(x, by) if (by == 0) x else c(tail(x, by), head(x, -by))
shift_p <- do.call(rbind, lapply(split(shifted, shifted$case), function(d) {
  moved <- function(y) sapply(0:(length(unique(d$month)) - 1), function(by) {
    t <- unsplit(lapply(split(d$treated, d$area), turn, by), d$area); within(y, t, d$area) })
  found <- moved(d$y)
  p <- mean(abs(found) >= abs(found[1]) - 1e-9)
  reached <- moved(d$treated)  # the contrast of the effect itself: 1 or -1 is as extreme whatever the values
  data.frame(case = d$case[1], difference = found[1], p = p, attainable = mean(abs(abs(reached) - 1) < 1e-9))
}))
write.csv(shifted, "permutation_shifts.csv", row.names = FALSE, quote = FALSE)
write.csv(format(shift_p, digits = 15, trim = TRUE), "permutation_shifts_p.csv", row.names = FALSE, quote = FALSE)

# Step-down over four metrics on the same assignments: all 252 of them by enumeration, and coin by 200,000 draws.
set.seed(12)
shared <- rnorm(10)
metrics <- data.frame(treated = rep(c(1, 0), 5), a = shared + rnorm(10) + rep(c(2, 0), 5), b = 40 * (shared + rnorm(10)),
                      c = round(shared + rnorm(10), 1), d = rpois(10, 4) + rep(c(3, 0), 5))
chosen <- combn(10, 5)
y <- as.matrix(metrics[, -1])
all_of <- apply(chosen, 2, function(at) abs(colMeans(y[at, ]) - colMeans(y[-at, ])))
scaled <- all_of / sqrt(rowMeans(all_of^2))
observed <- scaled[, which(apply(chosen, 2, function(at) all(metrics$treated[at] == 1)))]
rank <- order(-observed)
down <- sapply(seq_along(rank), function(k) mean(apply(scaled[rank[k:4], , drop = FALSE], 2, max) >= observed[rank[k]] - 1e-9))
adjusted <- numeric(4); adjusted[rank] <- cummax(down)
by_coin <- pvalue(independence_test(a + b + c + d ~ factor(treated), data = metrics, teststat = "maximum",
                  distribution = approximate(nresample = 200000)), method = "step-down")
stopifnot(max(abs(as.numeric(by_coin) - adjusted)) < 0.005)
write.csv(metrics, "permutation_metrics.csv", row.names = FALSE, quote = FALSE)
write.csv(data.frame(metric = names(metrics)[-1], p = rowMeans(scaled >= observed - 1e-9), adjusted = adjusted,
                     coin = as.numeric(by_coin)), "permutation_metrics_p.csv", row.names = FALSE, quote = FALSE)

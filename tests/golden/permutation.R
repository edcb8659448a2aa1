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
p_of <- function(d, shift = 0) {
  y <- d$y - shift * d$treated
  difference <- apply(assignments(d), 1, function(a) mean(y[a == 1]) - mean(y[a == 0]))
  mean(abs(difference) >= abs(mean(y[d$treated == 1]) - mean(y[d$treated == 0])) - 1e-9)
}
rows <- lapply(split(data, data$case), function(d) {
  p <- p_of(d)
  if (d$case[1] != "blocks") {
    by_coin <- as.numeric(pvalue(oneway_test(y ~ factor(treated), data = d, distribution = "exact")))
    stopifnot(abs(by_coin - p) < 1e-10)
  }
  # Where the test stops rejecting at 20 %: p is searched for just inside and just outside by bisection.
  estimate <- mean(d$y[d$treated == 1]) - mean(d$y[d$treated == 0])
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

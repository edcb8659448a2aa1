# The odds ratio of a 2x2 table of counts, conditional on its margins. Writes two_by_two.csv: Rscript two_by_two.R
# The limits are solved from dhyper to full precision. fisher.test's own limits stand beside them: it solves
# with uniroot's default tolerance and may be off in the third digit when the limit is far from 1.

levels <- c(0.90, 0.95, 0.99)
cases <- data.frame(
  after      = c(3, 10, 30, 338, 0,  7, 0, 5, 1, 50, 1200, 100000, 61000, 2, 0),
  before     = c(1,  2, 10,  91, 5,  0, 8, 1, 1, 50, 1000,  95000, 60000, 9, 1),
  ref_after  = c(1,  3, 40, 186, 4,  6, 3, 0, 1, 60, 4100,  99000, 80000, 400, 1),
  ref_before = c(3, 15, 38, 146, 4,  9, 0, 4, 1, 40, 4000, 101000, 81000, 600, 30),
  null       = c(1,  1,  1,   1, 1,  1, 1, 2, 1,  1,  1.1,      1,  0.99, 0.5, 1)
)
solve_for <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-14, maxiter = 10000)$root
# The log of a tail over its target; a tail that vanishes at the edge of the search box is kept finite.
above <- function(tail, target) log(max(tail, 1e-300) / target)
row <- function(x, b, c, d, null, level) {
  a <- (1 - level) / 2
  m <- x + b
  n <- c + d
  k <- x + c
  support <- max(0, k - n):min(m, k)
  base <- dhyper(support, m, n, k, log = TRUE)
  weights <- function(l) { w <- base + l * support; w <- exp(w - max(w)); w / sum(w) }
  more <- function(l) sum(weights(l)[support >= x])
  less <- function(l) sum(weights(l)[support <= x])
  at <- function(l) sum(weights(l)[support == x])
  start <- log((x + 0.5) * (d + 0.5) / (b + 0.5) / (c + 0.5))
  limits <- function(more, less) c(
    if (x == min(support)) 0 else exp(solve_for(function(l) above(more(l), a), start - 10, start + 1)),
    if (x == max(support)) Inf else exp(solve_for(function(l) above(less(l), a), start - 1, start + 10))
  )
  exact <- limits(more, less)
  midp <- limits(function(l) more(l) - at(l) / 2, function(l) less(l) - at(l) / 2)
  # The score statistic from the table with the observed margins and the ratio tested, itself found by uniroot.
  cells <- function(f) c(f, m - f, k - f, n - k + f)
  signed <- function(l) {
    f <- solve_for(function(f) sum(c(1, -1, -1, 1) * log(cells(f))) - l, min(support) + 1e-13, max(support) - max(support) * 1e-16 - 1e-13)
    (x - f) * sqrt(sum(1 / cells(f)))
  }
  z <- qnorm(1 - a)
  score <- c(if (x == min(support)) 0 else exp(solve_for(function(l) signed(l) - z, start - 10, start + 1)),
             if (x == max(support)) Inf else exp(solve_for(function(l) signed(l) + z, start - 1, start + 10)))
  table <- matrix(c(x, c, b, d), 2)
  fisher <- fisher.test(table, conf.level = level)$conf.int
  one_sided <- function(side) fisher.test(table, or = null, alternative = side)$p.value
  tails <- c(one_sided("less"), one_sided("greater"))
  stopifnot(all(abs(tails - c(less(log(null)), more(log(null)))) < 1e-9))
  l <- log(null)
  data.frame(
    after = x, before = b, ref_after = c, ref_before = d, null = null, conf_level = level,
    exact_low = exact[1], exact_high = exact[2], midp_low = midp[1], midp_high = midp[2],
    score_low = score[1], score_high = score[2], score_p = 2 * pnorm(-abs(signed(l))), fisher_low = fisher[1], fisher_high = fisher[2], p_less = tails[1], p_greater = tails[2],
    midp_p = min(1, 2 * min(more(l) - at(l) / 2, less(l) - at(l) / 2))
  )
}
rows <- list()
for (i in seq_len(nrow(cases))) for (level in levels) {
  rows[[length(rows) + 1]] <- with(cases[i, ], row(after, before, ref_after, ref_before, null, level))
}
out <- do.call(rbind, rows)
write.csv(format(out, digits = 17, trim = TRUE), "two_by_two.csv", row.names = FALSE, quote = FALSE)

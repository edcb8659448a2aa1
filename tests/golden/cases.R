# Persons in cases. Writes cases.csv beside this file: Rscript cases.R. Base R only (stats).
# The formulas of evalkit/inference/clustered.py from R's own quantiles: gammas for a rate, an F for a ratio.

sums <- function(sizes) list(y = sum(sizes), v = sum(sizes^2))
# One more case of the largest size there can be: with all cases, and without those of one person.
ways <- function(sizes, most) lapply(list(sizes, sizes[sizes > 1]), function(s) list(y = sum(s) + most, v = sum(s^2) + most^2))
rate <- function(sizes, most, t, a) {
  s <- sums(sizes)
  low <- if (s$y > 0) qgamma(a, s$y^2 / s$v, scale = s$v / s$y) else 0
  c(low, max(sapply(ways(sizes, most), function(w) qgamma(a, w$y^2 / w$v, scale = w$v / w$y, lower.tail = FALSE)))) / t
}
p_rate <- function(sizes, most, t, null) {
  s <- sums(sizes)
  above <- if (s$y > 0) pgamma(null * t, s$y^2 / s$v, scale = s$v / s$y) else 1
  min(1, 2 * min(above, max(sapply(ways(sizes, most), function(w) pgamma(null * t, w$y^2 / w$v, scale = w$v / w$y, lower.tail = FALSE)))))
}
high <- function(sizes, t, ref, t_ref, most, a) {
  s <- sums(ref)
  if (s$y == 0) return(Inf)
  max(sapply(ways(sizes, most), function(w) w$y / s$y * qf(a, 2 * w$y^2 / w$v, 2 * s$y^2 / s$v, lower.tail = FALSE))) * t_ref / t
}
tail_above <- function(sizes, t, ref, t_ref, most, null) {
  s <- sums(ref)
  if (s$y == 0) return(1)
  max(sapply(ways(sizes, most), function(w) pf(null * t / t_ref * s$y / w$y, 2 * w$y^2 / w$v, 2 * s$y^2 / s$v, lower.tail = FALSE)))
}
sets <- list(
  list(c(1, 2, 1, 1, 9, 3), 2, c(1, 1, 2, 1), 3, 9), list(c(40, 1, 2, 1, 3, 1, 1, 5, 2, 6), 1, c(1, 2, 1, 1, 1, 2, 4, 1, 1), 1, 100),
  list(rep(1, 12), 1, rep(1, 3), 1, 1), list(c(5), 1, c(2, 1), 4, 30), list(c(3, 2), 10, numeric(0), 7, 8),
  list(numeric(0), 10, c(3, 2, 8), 7, 8), list(rep(c(1, 2, 20), 40), 5, rep(c(1, 1, 3), 50), 6, 60)
)
rows <- list()
for (set in sets) for (level in c(0.8, 0.95, 0.99)) {
  a <- (1 - level) / 2
  null <- 1.3
  single <- rate(set[[1]], set[[5]], set[[2]], a)
  rows[[length(rows) + 1]] <- data.frame(
    sizes = paste(set[[1]], collapse = " "), exposure = set[[2]], sizes_ref = paste(set[[3]], collapse = " "),
    exposure_ref = set[[4]], at_most = set[[5]], conf_level = level, null = null, rate_low = single[1], rate_high = single[2],
    rate_p = p_rate(set[[1]], set[[5]], set[[2]], null),
    ratio_low = 1 / high(set[[3]], set[[4]], set[[1]], set[[2]], set[[5]], a),
    ratio_high = high(set[[1]], set[[2]], set[[3]], set[[4]], set[[5]], a),
    ratio_p = min(1, 2 * min(
      tail_above(set[[3]], set[[4]], set[[1]], set[[2]], set[[5]], 1 / null), tail_above(set[[1]], set[[2]], set[[3]], set[[4]], set[[5]], null)
    ))
  )
}
write.csv(format(do.call(rbind, rows), digits = 17, trim = TRUE), "cases.csv", row.names = FALSE, quote = FALSE)

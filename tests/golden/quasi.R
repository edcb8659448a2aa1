# Quasi-Poisson comparisons by glm. Writes quasi_series.csv (what goes in) and quasi.csv (what comes out).
# One rate per cell; the estimate is a contrast of log rates, its standard error from glm's own covariance,
# the limits with Student's t on the residual degrees of freedom. No floor on the dispersion is applied here.

population <- c(2391990, 2415139, 2440027, 2454821, 2473307, 2473307)
country <- c(10379295, 10452326, 10521556, 10551707, 10587710, 10587710)
rest <- country - population
cell <- function(case, name, counts, exposures) data.frame(case, cell = name, count = counts, exposure = exposures)
names4 <- c("treated_after", "treated_before", "comparison_after", "comparison_before")
set.seed(1)
exposure36 <- round(runif(36, 80, 120))
monthly <- function(mean) rnbinom(36, size = mean / 2, mu = mean * exposure36 / 100)
series <- rbind(
  # Handled offences of human exploitation 2020-2025 (Brå, table 300), Region Stockholm and the rest of the country.
  cell("exploitation", names4[1], c(114, 110, 114), population[4:6]),
  cell("exploitation", names4[2], c(43, 30, 18), population[1:3]),
  cell("exploitation", names4[3], c(57, 62, 67), rest[4:6]),
  cell("exploitation", names4[4], c(52, 58, 36), rest[1:3]),
  cell("monthly", names4[1], monthly(14), exposure36),
  cell("monthly", names4[2], monthly(9), exposure36),
  cell("monthly", names4[3], monthly(25), exposure36),
  cell("monthly", names4[4], monthly(22), exposure36),
  cell("uneven", names4[1], c(4, 19, 7, 12), c(1, 2, 1, 1.5)),
  cell("uneven", names4[2], c(3, 1), c(1, 1)),
  cell("uneven", names4[3], c(30, 11, 44), c(3, 2, 3)),
  cell("uneven", names4[4], c(21, 40), c(3, 3)),
  cell("pair", "group", c(5, 1, 14, 8), c(10, 12, 9, 11)),
  cell("pair", "reference", c(2, 9, 3, 3, 6), c(10, 10, 10, 10, 12)),
  cell("single", "group", c(5, 1, 14, 8, 0, 2), c(10, 12, 9, 11, 10, 10))
)
signs <- list(`1` = 1, `2` = c(1, -1), `4` = c(1, -1, -1, 1))
null <- c(exploitation = 1, monthly = 1.2, uneven = 1, pair = 1, single = 0.3)
row <- function(case) {
  d <- series[series$case == case, ]
  d$cell <- factor(d$cell, levels = unique(d$cell))
  k <- nlevels(d$cell)
  design <- model.matrix(~ 0 + factor(as.integer(d$cell), levels = seq_len(max(k, 2))))[, seq_len(k), drop = FALSE]
  fit <- glm(d$count ~ 0 + design, offset = log(d$exposure), family = quasipoisson,
             control = glm.control(epsilon = 1e-15, maxit = 100))
  s <- signs[[as.character(k)]]
  estimate <- sum(s * coef(fit))
  error <- sqrt(drop(t(s) %*% vcov(fit) %*% s))
  df <- fit$df.residual
  data.frame(case = case, log_estimate = estimate, std_error = error, dispersion = summary(fit)$dispersion, df = df,
             low95 = exp(estimate - qt(0.975, df) * error), high95 = exp(estimate + qt(0.975, df) * error),
             low80 = exp(estimate - qt(0.9, df) * error), high80 = exp(estimate + qt(0.9, df) * error),
             null = null[[case]], p_value = 2 * pt(-abs(estimate - log(null[[case]])) / error, df))
}
out <- do.call(rbind, lapply(unique(series$case), row))
stopifnot(out$dispersion > 1)
write.csv(series, "quasi_series.csv", row.names = FALSE, quote = FALSE)
write.csv(format(out, digits = 17, trim = TRUE), "quasi.csv", row.names = FALSE, quote = FALSE)

# The posterior of the ratio of two Poisson rates under gamma priors. Writes posteriors.csv: Rscript posteriors.R
# R 4.2.2, base packages. Quantiles of the ratio are those of F (qf) with the right scale; the probability of exceeding
# a factor is also integrated over the reference's rate, as a check that does not know the beta function.

cases <- data.frame(
  count        = c(11,   60,      41,    2,     0,  7,  0, 0,  1,   5, 43,      12000, 3),
  exposure     = c(800,  51477.5, 28010, 17877, 50, 50, 1, 10, 1,   1, 2391990, 3,     2),
  count_ref    = c(21,   30,      15,    10,    7,  0,  0, 0,  0,   5, 52,      11000, 4),
  exposure_ref = c(3011, 54308.7, 19017, 20000, 80, 80, 1, 3,  1,   1, 7987305, 4,     5),
  prior_events = c(0.5,  0.5,     0.5,   0.5,   0.5, 0.5, 0.5, 0.5, 0.5, 2, 0.5, 0.5,  1.5),
  prior_exposure = c(0,  0,       0,     0,     0,  0,  0, 0,  0,   1, 0,       0,     0.7),
  factor       = c(1,    1,       1.5,   0.5,   1,  2,  1, 1,  1,   1.2, 2,     1.4,   1)
)
level <- 0.95
row <- function(x, t, y, s, a, b, factor) {
  scale <- ((x + a) / (t + b)) / ((y + a) / (s + b))
  quantile <- function(p, lower = TRUE) scale * qf(p, 2 * (x + a), 2 * (y + a), lower.tail = lower)
  exceeds <- pf(factor / scale, 2 * (x + a), 2 * (y + a), lower.tail = FALSE)
  # Over the probability scale of the reference's posterior, where nothing is narrow.
  inner <- function(u) pgamma(factor * qgamma(u, y + a, s + b), x + a, t + b, lower.tail = FALSE)
  stopifnot(abs(integrate(inner, 0, 1, rel.tol = 1e-8)$value - exceeds) < 1e-6)
  data.frame(
    count = x, exposure = t, count_ref = y, exposure_ref = s, prior_events = a, prior_exposure = b, factor = factor,
    conf_level = level, low = quantile((1 - level) / 2), median = quantile(0.5),
    high = quantile((1 - level) / 2, FALSE), exceeds = exceeds
  )
}
out <- do.call(rbind, lapply(seq_len(nrow(cases)), function(i) do.call(row, unname(as.list(cases[i, ])))))
write.csv(format(out, digits = 17, trim = TRUE), "posteriors.csv", row.names = FALSE, quote = FALSE)

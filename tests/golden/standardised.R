# Directly standardised rates and their ratio. Writes standardised_data.csv and standardised.csv: Rscript standardised.R
# R 4.2.2; epitools 0.5-10.1 (Debian r-cran-epitools) for the gamma limits of Fay and Feuer; the mid-p mixture of Fay and
# Kim is solved here to full precision (asht, which has it, draws it by Monte Carlo).
suppressPackageStartupMessages(library(epitools))
# Down's syndrome, Michigan 1950-1964: births of order five or more (Fay and Feuer 1997, Table II), and all births.
down <- data.frame(case = "down", count = c(0, 8, 63, 112, 262, 295),
                   exposure = c(327, 30666, 123419, 149919, 104088, 34392),
                   count_ref = c(107, 141, 60, 40, 39, 25), exposure_ref = c(230061, 329449, 114920, 39487, 14208, 3052),
                   weight = c(319933, 931318, 786511, 488235, 237863, 61313))
data <- rbind(
  down,
  data.frame(case = "sparse", count = c(1, 0, 2), exposure = c(40, 300, 25), count_ref = c(0, 3, 1),
             exposure_ref = c(60, 200, 80), weight = c(1, 5, 0.5)),
  data.frame(case = "none", count = c(0, 0), exposure = c(40, 30), count_ref = c(3, 1), exposure_ref = c(20, 90), weight = c(2, 1)),
  data.frame(case = "one", count = 10, exposure = 4, count_ref = 7, exposure_ref = 5, weight = 3)
)
write.csv(data, "standardised_data.csv", row.names = FALSE, quote = FALSE)
solve_for <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 100000)$root
limits <- function(x, w, a) {
  y <- sum(w * x); v <- sum(w^2 * x); m <- max(w)
  lower <- function(q, tail) if (y == 0) as.numeric(tail) else pgamma(q, y^2 / v, scale = v / y, lower.tail = tail)
  upper <- function(q, tail) pgamma(q, (y + m)^2 / (v + m^2), scale = (v + m^2) / (y + m), lower.tail = tail)
  gap <- function(tail) function(l) log((lower(exp(l), tail) + upper(exp(l), tail)) / 2 / a)
  gamma <- c(if (y == 0) 0 else qgamma(a, y^2 / v, scale = v / y), qgamma(1 - a, (y + m)^2 / (v + m^2), scale = (v + m^2) / (y + m)))
  midp <- c(if (y == 0) 0 else exp(solve_for(gap(TRUE), log(gamma[1]) - 3, log(y))), exp(solve_for(gap(FALSE), log(max(y, m / 20)), log(gamma[2]) + 1)))
  # One count that stands for the sum, and its score limits from the statistic.
  each <- (v + m^2) / (y + m); n <- y / each; z <- qnorm(1 - a)
  gapped <- function(mu) (n - mu) / sqrt(mu)
  score <- each * c(if (n == 0) 0 else exp(solve_for(function(l) gapped(exp(l)) - z, log(n) - 12, log(n))),
                    exp(solve_for(function(l) gapped(exp(l)) + z, log(max(n, 1e-3)), log(n + 30 * z^2))))
  # Not below what the variance gives as events of the largest weight alone.
  n <- v / m^2
  score[2] <- max(score[2], m * exp(solve_for(function(l) gapped(exp(l)) + z, log(max(n, 1e-3)), log(n + 30 * z^2))))
  c(y, midp, gamma, score)
}
donner_zou <- function(t1, l1, u1, t0, l0, u0) {
  low <- if (t1 == 0) 0 else (t1 * t0 - sqrt((t1 * t0)^2 - l1 * u0 * (2 * t1 - l1) * (2 * t0 - u0))) / (u0 * (2 * t0 - u0))
  c(low, (t1 * t0 + sqrt((t1 * t0)^2 - u1 * l0 * (2 * t1 - u1) * (2 * t0 - l0))) / (l0 * (2 * t0 - l0)))
}
one <- function(d, level) {
  q <- d$weight / sum(d$weight)
  a <- limits(d$count, q / d$exposure, (1 - level) / 2); b <- limits(d$count_ref, q / d$exposure_ref, (1 - level) / 2)
  if (sum(d$count) > 0 && nrow(d) > 1) {
    peer <- ageadjust.direct(d$count, d$exposure, stdpop = d$weight, conf.level = level)
    stopifnot(max(abs(peer[c("adj.rate", "lci", "uci")] / a[c(1, 4, 5)] - 1)) < 1e-12)
  }
  mid <- donner_zou(a[1], a[2], a[3], b[1], b[2], b[3]); gam <- donner_zou(a[1], a[4], a[5], b[1], b[4], b[5])
  # Two counts that stand for the sums, and their score interval from its defining quadratic.
  effective <- function(x, w) { y <- sum(w * x); c <- if (y > 0) (sum(w^2 * x) + mean(w^2) / 4) / (y + mean(w) / 4) else mean(w); c(y / c, c) }
  m <- effective(d$count, q / d$exposure); n <- effective(d$count_ref, q / d$exposure_ref); z2 <- qnorm((1 + level) / 2)^2
  half <- z2 * (m[1] + n[1]) + 2 * m[1] * n[1]
  odds <- (half + c(-1, 1) * sqrt(pmax(0, half^2 - 4 * m[1]^2 * n[1]^2))) / (2 * n[1]^2)
  data.frame(case = d$case[1], conf_level = level, rate = a[1], midp_low = a[2], midp_high = a[3], gamma_low = a[4],
             gamma_high = a[5], score_low = a[6], score_high = a[7], ratio = a[1] / b[1], ratio_score_low = odds[1] * m[2] / n[2], ratio_score_high = odds[2] * m[2] / n[2], ratio_midp_low = mid[1], ratio_midp_high = mid[2],
             ratio_gamma_low = gam[1], ratio_gamma_high = gam[2])
}
cases <- split(data, factor(data$case, unique(data$case)))
out <- do.call(rbind, lapply(c(0.9, 0.95, 0.99), function(level) do.call(rbind, lapply(cases, one, level = level))))
write.csv(format(out, digits = 17, trim = TRUE), "standardised.csv", row.names = FALSE, quote = FALSE)

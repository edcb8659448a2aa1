# Mantel-Haenszel rate ratio and difference over strata. Writes stratified_data.csv and stratified.csv beside this file:
# Rscript stratified.R
# R 4.2.2; metafor 3.8-1 (Debian r-cran-metafor) for the pooled ratio and difference and their standard errors; the
# score limits, the mid-p gamma limits and the score test that strata have one difference are solved here to full
# precision. The test is found by maximising the likelihood itself over the difference, each stratum's rate by optimize.
suppressPackageStartupMessages(library(metafor))
hart <- dat.hart1999
data <- rbind(
  data.frame(case = "hart1999", count = hart$x1i, exposure = hart$t1i, count_ref = hart$x2i, exposure_ref = hart$t2i),
  data.frame(case = "sparse", count = c(0, 1, 2, 0, 1), exposure = c(10, 12.5, 30, 4, 9),
             count_ref = c(1, 0, 3, 2, 0), exposure_ref = c(11, 8, 25, 9.5, 40)),
  data.frame(case = "lopsided", count = c(120, 3, 40), exposure = c(1e5, 250, 9000),
             count_ref = c(4, 60, 31), exposure_ref = c(5000, 9000, 7000)),
  data.frame(case = "two", count = c(12, 5), exposure = c(40, 60), count_ref = c(9, 8), exposure_ref = c(60, 180)),
  data.frame(case = "none", count = c(0, 0, 0), exposure = c(20, 30, 5), count_ref = c(2, 3, 1), exposure_ref = c(25, 10, 9))
)
write.csv(data, "stratified_data.csv", row.names = FALSE, quote = FALSE)
z <- qnorm(0.975)
solve_for <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 100000)$root
mixture <- function(x, w, a) {
  y <- sum(w * x); v <- sum(w^2 * x); m <- max(w)
  lower <- function(q) if (y == 0) 1 else pgamma(q, y^2 / v, scale = v / y)
  upper <- function(q) pgamma(q, (y + m)^2 / (v + m^2), scale = (v + m^2) / (y + m))
  below <- function(l) log((lower(exp(l)) + upper(exp(l))) / 2 / a)
  above <- function(l) log(((1 - lower(exp(l))) + (1 - upper(exp(l)))) / 2 / a)
  gamma <- c(if (y == 0) 0 else qgamma(a, y^2 / v, scale = v / y), qgamma(1 - a, (y + m)^2 / (v + m^2), scale = (v + m^2) / (y + m)))
  c(if (y == 0) 0 else exp(solve_for(below, log(gamma[1]) - 3, log(y))), exp(solve_for(above, log(max(y, m / 20)), log(gamma[2]) + 1)), gamma)
}
one <- function(d) {
  ratio_known <- sum(d$count) > 0
  total <- d$exposure + d$exposure_ref
  R <- sum(d$count * d$exposure_ref / total); S <- sum(d$count_ref * d$exposure / total)
  both <- d$count + d$count_ref
  Q <- sum(both * d$exposure * d$exposure_ref / total^2)
  gap <- function(rho) (R - rho * S)^2 - z^2 * rho * Q
  score_low <- if (R == 0) 0 else solve_for(gap, 1e-9, R / S)
  score_high <- solve_for(gap, max(R / S, 1e-9), 1e3)
  p <- (R / S) * d$exposure / ((R / S) * d$exposure + d$exposure_ref)
  V <- both * p * (1 - p); g <- d$count - both * p; use <- V > 0
  tarone <- sum((g^2 / V)[use]) - sum(g)^2 / sum(V)
  if (ratio_known) {
    irr <- suppressWarnings(rma.mh(x1i = count, t1i = exposure, x2i = count_ref, t2i = exposure_ref, data = d, measure = "IRR"))
    # The score test of interaction at the likeliest ratio is what Tarone's statistic stands for.
    long <- data.frame(y = c(d$count, d$count_ref), t = c(d$exposure, d$exposure_ref), g = rep(1:0, each = nrow(d)),
                       s = factor(rep(seq_len(nrow(d)), 2)))
    long <- long[long$s %in% levels(long$s)[both > 0], ]; long$s <- droplevels(long$s)
    rao <- anova(glm(y ~ s + g + offset(log(t)), poisson, long), glm(y ~ s * g + offset(log(t)), poisson, long), test = "Rao")$Rao[2]
    stopifnot(abs(rao - tarone) < 0.02 * max(1, rao))
  }
  ird <- suppressWarnings(rma.mh(x1i = count, t1i = exposure, x2i = count_ref, t2i = exposure_ref, data = d, measure = "IRD",
                                 add = c(0, 0), to = c("none", "none")))
  w <- d$exposure * d$exposure_ref / total
  w1 <- w / d$exposure / sum(w); w0 <- w / d$exposure_ref / sum(w)
  a <- mixture(d$count, w1, 0.025); b <- mixture(d$count_ref, w0, 0.025)
  t1 <- sum(w1 * d$count); t0 <- sum(w0 * d$count_ref)
  mover <- function(l1, u1, l0, u0) c(t1 - t0 - sqrt((t1 - l1)^2 + (u0 - t0)^2), t1 - t0 + sqrt((u1 - t1)^2 + (t0 - l0)^2))
  mid <- mover(a[1], a[2], b[1], b[2]); gam <- mover(a[3], a[4], b[3], b[4])
  # The likeliest rates under a difference, by uniroot on the score, and the variance of the weighted difference.
  spread <- function(delta) sum(sapply(seq_len(nrow(d)), function(i) {
    x <- d$count[i]; y <- d$count_ref[i]; t <- total[i]; base <- max(0, -delta)
    score <- function(r) x / (r + delta) + y / r - t
    r <- if (x + y == 0) base else {
      low <- base + 1e-13; if (score(low) <= 0) base else uniroot(score, c(low, base + (x + y) / t + abs(delta) + 1), tol = 1e-16, maxiter = 1e5)$root
    }
    w[i]^2 * ((r + delta) / d$exposure[i] + r / d$exposure_ref[i])
  })) / sum(w)^2
  # Rao's score test of one difference: the derivative of each stratum's profile log likelihood at the likeliest common
  # difference, squared, times the variance that its rates give.
  rates <- function(delta, i) {
    x <- d$count[i]; y <- d$count_ref[i]; t <- total[i]; base <- max(0, -delta)
    score <- function(r) (if (x > 0) x / (r + delta) else 0) + (if (y > 0) y / r else 0) - t
    low <- base + 1e-15 * max(1, base)
    r <- if (x + y == 0 || score(low) <= 0) base else uniroot(score, c(low, base + (x + y) / t + abs(delta) + 1), tol = 1e-17, maxiter = 1e5)$root
    c(r + delta, r)
  }
  parts <- function(delta) t(sapply(seq_len(nrow(d)), function(i) {
    r <- rates(delta, i)
    v <- r[1] / d$exposure[i] + r[2] / d$exposure_ref[i]
    gap <- d$count[i] / d$exposure[i] - d$count_ref[i] / d$exposure_ref[i] - delta
    c(gap, v, dpois(d$count[i], r[1] * d$exposure[i], log = TRUE) + dpois(d$count_ref[i], r[2] * d$exposure_ref[i], log = TRUE))
  }))
  observed <- d$count / d$exposure - d$count_ref / d$exposure_ref
  common <- optimize(function(delta) sum(parts(delta)[, 3]), range(observed), maximum = TRUE, tol = 1e-12)$maximum
  near <- abs(diff(range(observed))) * 1e-4
  pull <- function(delta) { p <- parts(delta); sum(p[, 1] / p[, 2]) }
  exact <- uniroot(pull, common + c(-near, near), tol = 1e-17, maxiter = 1e5)$root
  stopifnot(abs(exact - common) < near / 10)
  at <- parts(exact)
  difference_q <- sum(at[, 1]^2 / at[, 2])
  est <- t1 - t0
  edge <- function(sign) est + sign * uniroot(function(h) h - z * sqrt(spread(est + sign * h)), c(1e-9, 100 / sum(w)), tol = 1e-15, maxiter = 1e5)$root
  data.frame(
    case = d$case[1], ratio = R / S,
    wald_low = if (ratio_known) exp(irr$ci.lb) else NA, wald_high = if (ratio_known) exp(irr$ci.ub) else NA,
    wald_p = if (ratio_known) irr$pval else NA, wald_se = if (ratio_known) irr$se else NA,
    score_low = score_low, score_high = score_high, score_p = 2 * pnorm(-abs(R - S) / sqrt(Q)),
    homogeneity = if (ratio_known) tarone else NA, homogeneity_df = sum(both > 0) - 1,
    difference = as.numeric(ird$b), normal_low = ird$ci.lb, normal_high = ird$ci.ub, normal_p = ird$pval,
    difference_q = difference_q, difference_q_p = pchisq(difference_q, nrow(d) - 1, lower.tail = FALSE), dscore_low = edge(-1), dscore_high = edge(1), dscore_p = 2 * pnorm(-abs(est) / sqrt(spread(0))),
    midp_low = mid[1], midp_high = mid[2], gamma_low = gam[1], gamma_high = gam[2]
  )
}
out <- do.call(rbind, lapply(split(data, factor(data$case, unique(data$case))), one))
write.csv(format(out, digits = 17, trim = TRUE), "stratified.csv", row.names = FALSE, quote = FALSE)

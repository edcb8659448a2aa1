# Log-linear slopes of one series and the difference of two: quasi-Poisson by glm, phi floored at 1.
# R 4.2.2, base only. Run in this folder: Rscript trend.R
one <- c(12, 9, 14, 11, 15, 13, 18, 12, 20, 16, 19, 25, 17, 22, 21, 28)
two <- c(30, 34, 29, 25, 31, 36, 22, 30, 27, 33, 28, 24, 29, 31, 26, 30)
wild <- c(2, 25, 4, 18, 1, 30, 9, 16, 3, 40, 7, 12, 0, 35, 6, 21)
exposure <- c(rep(1, 8), rep(1.25, 8))
time <- (seq_along(one) - 1) / 12

single <- function(name, y) {
  fit <- glm(y ~ time + offset(log(exposure)), family = quasipoisson, control = list(epsilon = 1e-13))
  row(name, fit, "time")
}
pair <- function(name, y, z) {
  d <- data.frame(count = c(y, z), time = rep(time, 2), exposure = rep(exposure, 2), first = rep(c(1, 0), each = 16))
  fit <- glm(count ~ first * time + offset(log(exposure)), family = quasipoisson, data = d,
             control = list(epsilon = 1e-13))
  row(name, fit, "first:time")
}
row <- function(name, fit, term) {
  phi <- summary(fit)$dispersion
  se <- summary(fit, dispersion = max(phi, 1))$coefficients[term, 2]
  data.frame(name = name, slope = coef(fit)[[term]], se = se, df = fit$df.residual,
             low = coef(fit)[[term]] - qt(.975, fit$df.residual) * se,
             detectable = (qt(.975, fit$df.residual) + qt(.8, fit$df.residual)) * se)
}
out <- rbind(single("one", one), single("wild", wild), pair("one_two", one, two), pair("wild_two", wild, two))
out[-1] <- lapply(out[-1], function(x) format(x, digits = 15, trim = TRUE))
write.csv(out, "trend.csv", row.names = FALSE, quote = FALSE)

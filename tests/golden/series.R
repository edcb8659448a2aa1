# Segmented regression of counts: glm, MASS::glm.nb, sandwich::NeweyWest, nlme::gls and base R's acf and Box.test;
# averages, excess and comparison by brute force (numerical derivatives, dense matrices). Run in this folder: Rscript series.R
suppressPackageStartupMessages({library(MASS); library(sandwich); library(nlme)})
control <- glm.control(epsilon = 1e-13, maxit = 200)
set.seed(20230401)
# Two series of 48 months; the first has a break at 25, a gap of three months and counts that hang together.
made <- function(mean, size, ratio) {
  month <- 1:48
  exposure <- round(40 + 10 * sin(month / 5) + runif(48, 0, 8), 1)
  shock <- as.numeric(arima.sim(list(ar = 0.4), 48, sd = 0.25))
  mu <- mean * exposure / 40 * exp(0.004 * month + 0.2 * cos(2 * pi * month / 12) + shock) * ifelse(month > 24, ratio, 1)
  data.frame(month = month, count = rnbinom(48, mu = mu, size = size), exposure = exposure)
}
here <- made(9, 8, 1.4); there <- made(30, 20, 1.1)
data <- data.frame(month = here$month, count = here$count, exposure = here$exposure, count_there = there$count,
                   exposure_there = there$exposure, kept = as.integer(!here$month %in% 20:22))
write.csv(data, "series_data.csv", row.names = FALSE, quote = FALSE)
sicily <- read.csv("series_sicily.csv")
sicily <- data.frame(month = 1:59, count = sicily$aces, exposure = sicily$stdpop, kept = 1L)

terms <- function(d, start) within(d, {
  on <- as.numeric(month >= start); since <- pmax(month - start + 1, 0)
  s1 <- sin(2 * pi * (month - 1) / 12); c1 <- cos(2 * pi * (month - 1) / 12)
  s2 <- sin(4 * pi * (month - 1) / 12); c2 <- cos(4 * pi * (month - 1) / 12)
})
formula <- count ~ on + since + month + s1 + c1 + s2 + c2 + offset(log(exposure))
put <- function(case, name, value) data.frame(case = case, name = name, value = value)
gradient <- function(f, b) sapply(seq_along(b), function(i) {
  h <- 1e-4 * max(1, abs(b[i])); up <- b; up[i] <- up[i] + h; down <- b; down[i] <- down[i] - h
  up2 <- b; up2[i] <- up2[i] + 2 * h; down2 <- b; down2[i] <- down2[i] - 2 * h
  (8 * (f(up) - f(down)) - (f(up2) - f(down2))) / (12 * h)
})
grid <- seq(0, 0.98, by = 0.07)
study <- function(case, d, start) {
  d <- subset(terms(d, start), kept == 1); n <- nrow(d)
  fit <- glm(formula, poisson, d, control = control)
  b <- coef(fit); x <- model.matrix(fit); df <- df.residual(fit); mu <- fitted(fit)
  e <- residuals(fit, "pearson"); phi <- sum(e^2) / df; v <- vcov(fit)
  off <- x; off[, c("on", "since")] <- 0
  after <- d$on == 1; w <- d$exposure
  without <- function(b) sum((w * exp(off %*% b))[after])
  average <- function(b) log(sum((w * exp(x %*% b))[after]) / without(b))
  ga <- gradient(average, b)
  # Autocorrelation: the restricted likelihood of nlme for Pearson residuals on the weighted terms, rho held.
  wx <- x * sqrt(mu); frame <- data.frame(e = e, month = d$month, wx)
  reml <- sapply(grid, function(r) as.numeric(logLik(gls(
    e ~ 0 + X.Intercept. + on + since + month.1 + s1 + c1 + s2 + c2, frame,
    correlation = corAR1(r, form = ~ month, fixed = TRUE), method = "REML"))))
  weight <- exp(reml - max(reml)); weight <- weight / sum(weight)
  hat <- wx %*% solve(crossprod(wx), t(wx)); maker <- diag(n) - hat
  dist <- abs(outer(d$month, d$month, "-"))
  each <- lapply(grid, function(r) {
    R <- r^dist; mr <- maker %*% R; trace <- sum(diag(mr))
    list(phi = max(1, sum(e^2) / trace), df = trace^2 / sum(mr * t(mr)), R = R)
  })
  phis <- sapply(each, `[[`, "phi"); tdf <- sum(weight * sapply(each, `[[`, "df"))
  spread <- Reduce(`+`, Map(function(one, w) w * one$phi * one$R, each, weight))
  serial <- v %*% t(wx) %*% spread %*% wx %*% v
  # The quotient of counted and expected, whose error has the counts' own chance in it.
  counted <- sum(d$count[after])
  gw <- gradient(function(b) log(without(b)), b)
  direct <- after / counted - as.numeric(x %*% v %*% gw)
  quotient <- sum(outer(direct * sqrt(mu), direct * sqrt(mu)) * spread)
  lq <- log(counted / without(b))
  nb <- suppressWarnings(glm.nb(formula, d, control = glm.control(epsilon = 1e-12, maxit = 500)))
  at <- which(after)[5]
  out <- c(n = n, level = b[["on"]], slope = b[["since"]], phi = phi, df = df,
    level_quasi = sqrt(max(phi, 1) * v["on", "on"]), slope_quasi = sqrt(max(phi, 1) * v["since", "since"]),
    average = average(b), average_quasi = sqrt(max(phi, 1) * as.numeric(ga %*% v %*% ga)),
    average_ar1 = sqrt(as.numeric(ga %*% serial %*% ga)),
    level_ar1 = sqrt(serial["on", "on"]), slope_ar1 = sqrt(serial["since", "since"]), t_df = tdf, rho = sum(weight * grid),
    excess = counted - without(b), excess_low = counted - counted / exp(lq - qt(0.975, tdf) * sqrt(quotient)),
    excess_high = counted - counted / exp(lq + qt(0.975, tdf) * sqrt(quotient)),
    without_5 = (w * exp(off %*% b))[at], without_5_se = sqrt(as.numeric(off[at, ] %*% serial %*% off[at, ])),
    level_nb2 = coef(nb)[["on"]], level_nb2_se = sqrt(vcov(nb)["on", "on"]), alpha = 1 / nb$theta,
    phi_mean = sum(weight * phis))
  for (lag in c(1, 3)) for (white in c(FALSE, TRUE)) {
    hac <- NeweyWest(fit, lag = lag, prewhite = white, adjust = TRUE)
    out[sprintf("nw_%d_%s_level", lag, white)] <- sqrt(hac["on", "on"])
    out[sprintf("nw_%d_%s_slope", lag, white)] <- sqrt(hac["since", "since"])
  }
  if (all(diff(d$month) == 1)) {
    a <- acf(e, 8, plot = FALSE)$acf[-1]; test <- Box.test(e, 8, "Ljung-Box")
    out <- c(out, setNames(a, paste0("acf_", 1:8)), box = unname(test$statistic), box_p = test$p.value)
  }
  rbind(put(case, names(out), out), put(case, sprintf("reml_%.2f", grid), reml - reml[1]))
}
both <- function(case, start) {
  one <- function(d) {
    fit <- glm(formula, poisson, subset(terms(d, start), kept == 1), control = control)
    phi <- max(1, sum(residuals(fit, "pearson")^2) / df.residual(fit))
    list(b = coef(fit), v = phi * vcov(fit), df = df.residual(fit), d = subset(terms(d, start), kept == 1), x = model.matrix(fit))
  }
  kept <- data$kept
  a <- one(data.frame(here, kept)); c <- one(data.frame(there, kept))
  frame <- rbind(cbind(a$d, side = 1), cbind(c$d, side = 0))
  whole <- glm(count ~ side * (on + since + month + s1 + c1 + s2 + c2) + offset(log(exposure)), poisson, frame, control = control)
  welch <- function(va, vc) (va + vc)^2 / (va^2 / a$df + vc^2 / c$df)
  off <- a$x; off[, c("on", "since")] <- 0; after <- a$d$on == 1; w <- a$d$exposure
  f <- function(b) log(sum((w * exp(a$x %*% b[1:8]))[after]) / sum((w * exp(off %*% b[1:8] + a$d$on * b[10] + a$d$since * b[11]))[after]))
  joint <- c(a$b, c$b); g <- gradient(f, joint); va <- as.numeric(g[1:8] %*% a$v %*% g[1:8]); vc <- as.numeric(g[9:16] %*% c$v %*% g[9:16])
  out <- c(level = coef(whole)[["side:on"]], slope = coef(whole)[["side:since"]], level_quasi = sqrt(a$v["on", "on"] + c$v["on", "on"]),
    level_df = welch(a$v["on", "on"], c$v["on", "on"]), average = f(joint), average_quasi = sqrt(va + vc), average_df = welch(va, vc))
  put(case, names(out), out)
}
out <- rbind(study("sicily", sicily, 37), study("made", data, 25), both("compared", 25))
write.csv(format(out, digits = 17, trim = TRUE), "series.csv", row.names = FALSE, quote = FALSE)

# Curves, quantiles, restricted means, log-rank tests and cumulative incidences. Writes durations_data.csv,
# durations.csv, durations_sides.csv, durations_competing.csv and durations_gray.csv beside this file: Rscript durations.R
# R 4.2.2, survival 3.5-3 and cmprsk 2.2-11 from Debian 12.
suppressMessages({library(survival); library(cmprsk)})
stopifnot(packageVersion("survival") == "3.5.3", packageVersion("cmprsk") == "2.2.11")
options(digits = 17)
set.seed(20250905)

# --- Data: three made here, and two published ones (survival::lung; Gehan 1965 as in ../reference). ---
made <- function(name, n, share, round) {
  t <- rexp(n, 1 / 30); c <- runif(n, 0, 90); k <- ifelse(runif(n) < share, 2, 1)
  data.frame(set = name, days = round(pmin(t, c)), cause = ifelse(t <= c, k, 0),
             side = sample(c("a", "b"), n, replace = TRUE), stratum = sample(c("s", "t", "u"), n, replace = TRUE))
}
few <- data.frame(set = "few", days = c(0, 0, 2, 3, 3, 7, 11, 11, 20, 31), cause = c(1, 0, 1, 2, 1, 0, 1, 1, 0, 1),
                  side = c("a", "b", "a", "b", "a", "b", "b", "a", "b", "a"), stratum = rep(c("s", "t"), 5))
# Only time, status and sex of lung are copied; the institution would be missing for one person.
lung_set <- with(survival::lung, data.frame(set = "lung", days = time, cause = status - 1,
                                            side = ifelse(sex == 1, "a", "b"), stratum = ifelse(age < 63, "s", "t")))
gehan <- data.frame(
  set = "gehan",
  days = c(1, 22, 3, 12, 8, 17, 2, 11, 8, 12, 2, 5, 4, 15, 8, 23, 5, 11, 4, 1, 8,
           10, 7, 32, 23, 22, 6, 16, 34, 32, 25, 11, 20, 19, 6, 17, 35, 6, 13, 9, 6, 10),
  cause = c(rep(1, 21), 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0),
  side = rep(c("a", "b"), each = 21), stratum = rep(sprintf("p%02d", 1:21), 2))
data <- rbind(few, made("ties", 60, 0.3, round), made("many", 400, 0.2, function(x) round(x, 3)), lung_set, gehan)
write.csv(data, "durations_data.csv", row.names = FALSE, quote = FALSE)

z <- function(level) qnorm((1 + level) / 2)
sum_of_means <- function(fit, horizon) {  # area and Greenwood variance, written out (as survRM2 defines them)
  at <- fit$time <= horizon
  edges <- c(0, fit$time[at], horizon)
  area <- diff(edges) * c(1, fit$surv[at])
  to_come <- rev(cumsum(rev(area)))[-1]
  n <- fit$n.risk[at]; d <- fit$n.event[at]
  c(mean = sum(area), se = sqrt(sum(ifelse(n > d, to_come^2 * d / (n * (n - d)), 0))))
}

curves <- list(); sides <- list(); competing <- list()
for (name in unique(data$set)) {
  part <- data[data$set == name, ]
  horizons <- quantile(part$days, c(0.4, 0.8), names = FALSE, type = 1)
  for (side in c("all", "a", "b")) for (level in c(0.9, 0.95)) {
    one <- if (side == "all") part else part[part$side == side, ]
    event <- one$cause > 0
    for (type in c("log-log", "plain", "log")) {
      fit <- survfit(Surv(one$days, event) ~ 1, conf.type = type, conf.int = level)
      q <- quantile(fit, c(0.25, 0.5))
      for (day in c(horizons, 5)) if (day <= max(one$days)) {
        s <- summary(fit, times = day)
        m <- sum_of_means(fit, day)
        if (day > min(one$days[event])) {  # print.survfit takes no horizon before the first event
          printed <- summary(fit, rmean = day)$table[c("rmean", "se(rmean)")]
          stopifnot(abs(m["mean"] - printed[1]) < 1e-9, abs(m["se"] - printed[2]) < 1e-9)
        }
        curves[[length(curves) + 1]] <- data.frame(
          set = name, side = side, conf_level = level, method = c("log-log" = "log_log", plain = "greenwood", log = "log")[[type]],
          day = day, share = s$surv, low = s$lower, high = s$upper,
          quarter = q$quantile[1], quarter_low = q$lower[1], quarter_high = q$upper[1],
          median = q$quantile[2], median_low = q$lower[2], median_high = q$upper[2],
          rmst = m["mean"], rmst_se = m["se"])
      }
    }
  }
  for (horizon in horizons) {
    r <- lapply(c("a", "b"), function(s) with(part[part$side == s, ],
      sum_of_means(survfit(Surv(days, cause > 0) ~ 1), horizon)))
    gap <- r[[1]]["mean"] - r[[2]]["mean"]; se <- sqrt(r[[1]]["se"]^2 + r[[2]]["se"]^2)
    lr <- log(r[[1]]["mean"] / r[[2]]["mean"])
    se_log <- sqrt((r[[1]]["se"] / r[[1]]["mean"])^2 + (r[[2]]["se"] / r[[2]]["mean"])^2)
    plain <- survdiff(Surv(days, cause > 0) ~ side, part)
    within <- survdiff(Surv(days, cause > 0) ~ side + strata(stratum), part)
    sides[[length(sides) + 1]] <- data.frame(
      set = name, horizon = horizon, gap = gap, gap_low = gap - z(.95) * se, gap_high = gap + z(.95) * se,
      gap_p = 2 * pnorm(-abs(gap / se)), ratio = exp(lr), ratio_low = exp(lr - z(.95) * se_log),
      ratio_high = exp(lr + z(.95) * se_log), log_rank = plain$chisq,
      log_rank_p = pchisq(plain$chisq, 1, lower.tail = FALSE),
      stratified = within$chisq, stratified_p = pchisq(within$chisq, 1, lower.tail = FALSE))
  }
  # Aalen-Johansen as a product of matrices, its covariance by the general Greenwood recursion over states
  # (Andersen, Borgan, Gill and Keiding 1993, IV.4.1.3); the estimate also from cuminc and from survfit.
  if (any(part$cause == 2)) {
    times <- sort(unique(part$days)); P <- diag(3); V <- matrix(0, 9, 9)
    ci <- cuminc(part$days, part$cause)
    ms <- survfit(Surv(days, factor(cause)) ~ 1, part)
    for (t in times) {
      n <- sum(part$days >= t); d <- c(sum(part$days == t & part$cause == 1), sum(part$days == t & part$cause == 2))
      step <- diag(3); step[1, ] <- c(1 - sum(d) / n, d / n)
      w <- matrix(0, 9, 9); h <- (diag(d, 2) * n - d %o% d) / n^3
      cov1 <- rbind(c(sum(h), -colSums(h)), cbind(-rowSums(h), h))   # covariance of (dA00, dA01, dA02)
      w[c(1, 4, 7), c(1, 4, 7)] <- cov1                             # vec() by columns: row 1 of dA
      V <- kronecker(t(step), diag(3)) %*% V %*% kronecker(step, diag(3)) +
        kronecker(diag(3), P) %*% w %*% kronecker(diag(3), t(P))
      P <- P %*% step
      est <- c(P[1, 2], P[1, 3])
      again <- summary(ms, times = t)$pstate[1, 2:3]
      stopifnot(all(abs(again - est) < 1e-10), abs(timepoints(ci, t)$est[1, 1] - est[1]) < 1e-10)
      for (k in 1:2) competing[[length(competing) + 1]] <- data.frame(
        set = name, cause = k, day = t, share = est[k], se = sqrt(max(0, V[3 * k + 1, 3 * k + 1])),
        cuminc_se = sqrt(timepoints(ci, t)$var[k, 1]))
    }
  }
}
# Gray's test (rho = 0) of each cause between sides and between strata.
grays <- list()
for (name in unique(data$set)) for (by in c("side", "stratum")) {
  part <- data[data$set == name, ]
  if (any(part$cause == 2)) {
    tests <- cuminc(part$days, part$cause, part[[by]])$Tests
    grays[[length(grays) + 1]] <- data.frame(set = name, by = by, cause = c(1, 2), statistic = tests[c("1", "2"), "stat"],
                                             p_value = tests[c("1", "2"), "pv"], df = tests[c("1", "2"), "df"])
  }
}
save <- function(rows, file) write.csv(do.call(rbind, rows), file, row.names = FALSE, quote = FALSE)
save(curves, "durations.csv"); save(sides, "durations_sides.csv"); save(competing, "durations_competing.csv")
save(grays, "durations_gray.csv")

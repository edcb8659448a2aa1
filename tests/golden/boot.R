# Bootstrap limits of the law school correlation. R 4.2.2 (2022-10-31), boot (recommended package of R 4.2.2).
library(boot)
law <- read.csv("boot_law.csv")
correlation <- function(d, i) cor(d[i, 1], d[i, 2])
set.seed(3)
drawn <- boot(law, correlation, R = 100000)
influence <- empinf(data = law, statistic = correlation, type = "jack", stype = "i")
found <- boot.ci(drawn, conf = .9, type = c("perc", "basic", "bca"), L = influence)
rows <- data.frame(method = c("percentile", "basic", "bca"), rbind(found$percent[4:5], found$basic[4:5], found$bca[4:5]))
names(rows) <- c("method", "low", "high")
write.csv(rows, "boot.csv", row.names = FALSE, quote = FALSE)

# --- Intervals from the same draws: the choices are written down, so that nothing is left to chance. ---
options(digits = 17)
save <- function(rows, file) write.csv(rows, file, row.names = FALSE, quote = FALSE)
jack_se <- function(left) { m <- length(left); sqrt((m - 1) / m * sum((left - mean(left))^2)) }
limits <- function(name, drawn, level) {
  influence <- empinf(data = drawn$data, statistic = function(d, i) drawn$statistic(d, i)[1], type = "jack", stype = "i")
  influence <- influence - mean(influence)  # as Efron and Tibshirani 1993, (14.15); empinf takes the estimate instead
  found <- boot.ci(drawn, conf = level, type = c("perc", "basic", "bca", "stud"), L = influence)
  data.frame(case = name, conf_level = level, method = c("percentile", "basic", "bca", "studentised"),
             rbind(found$percent[4:5], found$basic[4:5], found$bca[4:5], found$student[4:5]))
}
written <- function(choices) data.frame(draw = rep(seq_len(nrow(choices)), ncol(choices)), part = rep(seq_len(ncol(choices)), each = nrow(choices)), choice = as.vector(choices) - 1)

set.seed(31)
with_error <- function(d, i) {
  left <- sapply(seq_along(i), function(k) cor(d[i[-k], 1], d[i[-k], 2]))
  c(cor(d[i, 1], d[i, 2]), jack_se(left)^2)
}
units <- boot(law, with_error, R = 499)

# Persons in nine cases of unequal size; whole cases are drawn, the statistic is the mean over persons.
persons <- data.frame(case = rep(1:9, c(1, 4, 2, 1, 6, 3, 1, 2, 5)))
persons$days <- round(20 * rexp(9)[persons$case] + 10 * rexp(nrow(persons)), 3)
pooled <- function(g) mean(unlist(lapply(g, function(one) persons$days[persons$case == one])))
case_error <- function(g, i) c(pooled(g[i]), jack_se(sapply(seq_along(i), function(k) pooled(g[i[-k]])))^2)
set.seed(8)
cases <- boot(1:9, case_error, R = 499)
# No draw may equal the estimate: boot leaves it out of those below, we take half.
stopifnot(min(abs(units$t[, 1] - units$t0[1])) > 1e-9, min(abs(cases$t[, 1] - cases$t0[1])) > 1e-9)
save(persons, "boot_cases.csv")
save(rbind(data.frame(case = "law", written(boot.array(units, indices = TRUE))),
           data.frame(case = "cases", written(boot.array(cases, indices = TRUE)))), "boot_choices.csv")
rows <- do.call(rbind, lapply(c(.8, .9), function(level) rbind(limits("law", units, level), limits("cases", cases, level))))
names(rows)[4:5] <- c("low", "high")
save(rows, "boot_limits.csv")

# Blocks of a series: lh (datasets), 48 points, blocks of 5. The series drawn from is its own numbering.
blocks <- do.call(rbind, lapply(c(TRUE, FALSE), function(circular) {
  rows <- tsboot(ts(1:48), function(x) as.vector(x), R = 99, l = 5, sim = "fixed", endcorr = circular)$t
  data.frame(circular = circular, draw = rep(1:99, 48), place = rep(1:48, each = 99), row = as.vector(rows) - 1)
}))
save(blocks, "boot_blocks.csv")
means <- lapply(c(TRUE, FALSE), function(circular) with(blocks[blocks$circular == circular, ], tapply(lh[row + 1], draw, mean)))
fake <- tsboot(lh, mean, R = 99, l = 5, sim = "fixed")
save(do.call(rbind, lapply(1:2, function(k) { fake$t <- matrix(means[[k]]); found <- boot.ci(fake, conf = .9, type = c("perc", "basic"))
  data.frame(circular = k == 1, method = c("percentile", "basic"), low = c(found$percent[4], found$basic[4]), high = c(found$percent[5], found$basic[5])) })), "boot_blocks_limits.csv")

# Jackknife of parts that are not equally large (Busing, Meijer and van der Leeden 1999), written out for lh.
starts <- seq(1, 48, by = 5); g <- length(starts)
part <- lapply(starts, function(s) s:min(s + 4, 48))
h <- 48 / lengths(part); left <- sapply(part, function(at) sd(lh[-at]))
centre <- g * sd(lh) - sum((1 - 1 / h) * left)
busing <- sqrt(mean((h * sd(lh) - (h - 1) * left - centre)^2 / (h - 1)))

# Block length by Politis and White 2004 with the correction of 2009, from R's own autocovariances.
chosen <- function(x) {
  n <- length(x); run <- max(5, ceiling(log10(n))); most <- min(ceiling(sqrt(n)) + run, n - 1)
  R <- acf(x, lag.max = most, type = "covariance", plot = FALSE)$acf[, 1, 1]; rho <- R[-1] / R[1]
  small <- abs(rho) < qnorm(.975) * sqrt(log10(n) / n)
  m <- NA
  for (lag in 1:(most - run)) if (all(small[lag + 1:run])) { m <- lag; break }
  if (is.na(m)) m <- if (all(small)) 1 else max(which(!small))
  M <- min(2 * m, most); k <- -M:M; s <- abs(k / M); w <- ifelse(s <= .5, 1, 2 * (1 - s))
  G <- sum(w * abs(k) * R[abs(k) + 1]); D <- 4 / 3 * sum(w * R[abs(k) + 1])^2
  max(1, min((2 * G^2 / D)^(1 / 3) * n^(1 / 3), ceiling(min(3 * sqrt(n), n / 3))))
}
set.seed(4)
series <- list(lh = as.vector(lh), nottem = as.vector(nottem), noise = rnorm(36), ar = as.vector(arima.sim(list(ar = .6), 200)),
               near = as.vector(arima.sim(list(ar = .95), 60)), months = as.vector(UKDriverDeaths))
save(do.call(rbind, lapply(names(series), function(k) data.frame(series = k, place = seq_along(series[[k]]), value = series[[k]]))), "boot_series.csv")
save(rbind(data.frame(series = names(series), what = "block_length", value = sapply(series, chosen)),
           data.frame(series = "lh", what = "busing_error_of_sd", value = busing)), "boot_series_found.csv")

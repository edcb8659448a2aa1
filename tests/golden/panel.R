# Event study by Poisson with dummies and clustered errors, and the placebo statistic with spread by size.
# R 4.2.2, base packages only.
set.seed(11)
units <- 32; periods <- 8; before <- 4
data <- expand.grid(period = 1:periods, unit = 1:units)
data$exposure <- exp(rnorm(units, 0, 1))[data$unit]
data$treated <- data$unit <= 12
data$since <- data$period - before - 1
level <- rnorm(units * periods, 0, .2) + rnorm(units, 0, .3)[data$unit] * (data$since >= 0)
data$count <- rpois(nrow(data), 15 * data$exposure * exp(level + .4 * (data$treated & data$since >= 0)))
told <- setdiff(sort(unique(data$since)), -1)
terms <- sapply(told, function(s) as.numeric(data$treated & data$since == s))
fit <- glm(data$count ~ factor(data$unit) + factor(data$period) + terms + offset(log(data$exposure)), family = poisson,
           control = list(epsilon = 1e-14, maxit = 100))
x <- model.matrix(fit); mu <- fitted(fit)
bread <- solve(t(x) %*% (mu * x))
sums <- rowsum((data$count - mu) * x, data$unit)
side <- 1 + (1:units <= 12); expected <- tapply(mu, data$unit, sum)
share <- expected / tapply(expected, side, sum)[side]
sums <- sums / sqrt(1 - as.numeric(share)) # CR2: the level of a side follows a unit by its share of the events
v <- bread %*% (t(sums) %*% sums) %*% bread
at <- ncol(x) - length(told) + seq_along(told)
write.csv(data[c("unit", "period", "exposure", "treated", "count")], "panel_events_data.csv", row.names = FALSE, quote = FALSE)
write.csv(format(data.frame(since = told, estimate = unname(coef(fit)[at]), std_error = sqrt(diag(v)[at])), digits = 15,
                 trim = TRUE), "panel_events.csv", row.names = FALSE, quote = FALSE)

null <- glm(count ~ factor(unit) + factor(period) + offset(log(exposure)), poisson, data,
            control = list(epsilon = 1e-14, maxit = 100))
post <- data$since >= 0
late <- tapply(fitted(null) * post, data$unit, sum); all <- tapply(fitted(null), data$unit, sum)
m <- as.numeric(late * (all - late) / all)
r <- as.numeric(tapply((data$count - fitted(null)) * post, data$unit, sum))
growths <- c(0, 10^seq(-3, 3, length.out = 61)) / mean(m)
misfit <- sapply(growths, function(k) { w <- m * (1 + k * m); length(m) * log(mean(r^2 / w)) + sum(log(w)) })
w <- m * (1 + growths[which.min(misfit)] * m)
score <- function(d) sum(r[d]) / sqrt(sum(w[d]) * (1 - 2 * sum(m[d]) / sum(m)) + (sum(m[d]) / sum(m))^2 * sum(w))
z <- combn(units, 2, score)
write.csv(format(data.frame(growth = growths[which.min(misfit)] * mean(m), statistic = score(c(2, 5)),
                            p = mean(abs(z) >= abs(score(c(2, 5))) - 1e-9)), digits = 15, trim = TRUE),
          "panel_spread.csv", row.names = FALSE, quote = FALSE)

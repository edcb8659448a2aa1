# Placebo in space by refitting: the Poisson score of every assignment of 2 among 7 units. R 4.2.2, base packages only.
set.seed(4)
units <- 7; periods <- 12
data <- expand.grid(period = 1:periods, unit = 1:units)
data$exposure <- c(3, 1, 2, 5, 1.5, 4, 2.5)[data$unit]
data$treated <- data$unit %in% c(2, 5)
data$post <- data$period > 7
data$count <- rpois(nrow(data), 4 * data$exposure * exp(.7 * data$treated * data$post))
null <- glm(count ~ factor(unit) + factor(period) + offset(log(exposure)), poisson, data,
            control = list(epsilon = 1e-14, maxit = 100))
mu <- fitted(null)
score <- function(d) { # the score test of one more term, its variance by weighted regression on the effects
  x <- as.numeric(data$unit %in% d & data$post)
  left <- residuals(lm(x ~ factor(unit) + factor(period), data, weights = mu))
  sum(x * (data$count - mu)) / sqrt(sum(mu * left^2))
}
all <- combn(units, 2, simplify = FALSE)
z <- sapply(all, score)
full <- update(null, . ~ . + I(treated & post))
out <- data.frame(log_ratio = unname(tail(coef(full), 1)), statistic = score(c(2, 5)),
                  p = mean(abs(z) >= abs(score(c(2, 5))) - 1e-9))
write.csv(data, "randomisation_data.csv", row.names = FALSE, quote = FALSE)
write.csv(format(out, digits = 15, trim = TRUE), "randomisation.csv", row.names = FALSE, quote = FALSE)

# Errors from leaving out one cluster at a time, refitting with every dummy written out. Writes jackknife_data.csv,
# jackknife.csv and jackknife_without.csv beside this file: Rscript jackknife.R
# R 4.2.2, base only. For counts "without" is lm on the working response and weights of the whole glm: one step.
set.seed(20261125)
data <- expand.grid(period = 1:6, unit = 1:14)
size <- exp(rnorm(14, 0, 0.4))
data$treated <- as.integer(data$unit <= 6 & data$period >= 4)
data$x <- round(rnorm(nrow(data)), 3)
mean <- 20 * size[data$unit] * exp(0.1 * data$period + 0.3 * data$treated)
data$count <- rpois(nrow(data), mean * rgamma(nrow(data), 8, 8))
data$value <- round(log(mean) + rnorm(nrow(data), 0, 0.3), 4)
write.csv(data[c("unit", "period", "treated", "x", "count", "value")], "jackknife_data.csv", row.names = FALSE, quote = FALSE)
terms <- ~ treated + x + factor(unit) + factor(period)
leave <- function(response, weights) sapply(unique(data$unit), function(g) {
  d <- data; d$z <- response; d$w <- weights; d <- d[d$unit != g, ]
  coef(lm(update(terms, z ~ .), d, weights = w))[c("treated", "x")]
})
# Clusters of equal weight (Kish) that a side is worth, by the information on the term that the others leave.
worth <- function(term, weights) {
  left <- residuals(lm(reformulate(setdiff(c("treated", "x", "factor(unit)", "factor(period)"), term), term), data, weights = weights))
  information <- tapply(weights * left^2, data$unit, sum)
  on <- tapply(data$treated, data$unit, max) == 1
  kish <- function(w) sum(w)^2 / sum(w^2)
  min(kish(information[on]), kish(information[!on]))
}
one <- function(model, whole, without, weights) {
  G <- ncol(without)
  do.call(rbind, lapply(c("treated", "x"), function(term) {
    se <- sqrt((G - 1) / G * sum((without[term, ] - whole[term])^2))
    t <- whole[term] / se; df <- worth(term, weights) - 1
    data.frame(model = model, term = term, estimate = whole[term], std_error = se, low = whole[term] - qt(0.975, df) * se,
               high = whole[term] + qt(0.975, df) * se, p_value = 2 * pt(-abs(t), df), df = df)
  }))
}
linear <- lm(update(terms, value ~ .), data)
poisson <- glm(update(terms, count ~ .), poisson, data, control = glm.control(epsilon = 1e-14, maxit = 100))
mu <- fitted(poisson); working <- predict(poisson) + (data$count - mu) / mu
lw <- leave(data$value, rep(1, nrow(data))); pw <- leave(working, mu)
out <- rbind(one("linear", coef(linear), lw, rep(1, nrow(data))), one("poisson", coef(poisson), pw, mu))
write.csv(format(out, digits = 15, trim = TRUE), "jackknife.csv", row.names = FALSE, quote = FALSE)
each <- rbind(data.frame(model = "linear", unit = unique(data$unit), without = lw["treated", ]),
              data.frame(model = "poisson", unit = unique(data$unit), without = pw["treated", ]))
write.csv(format(each, digits = 15, trim = TRUE), "jackknife_without.csv", row.names = FALSE, quote = FALSE)

# Adjusted rate ratios with four kinds of errors, and dispersion. Writes adjusted_*.csv beside this file: Rscript adjusted.R
# R 4.2.2; stats::glm, MASS 7.3-58.2 (glm.nb; the data ships and quine), sandwich 3.0-2 (vcovHC).
suppressPackageStartupMessages({library(MASS); library(sandwich)})
ships <- subset(MASS::ships, service > 0)
ships <- data.frame(type = as.character(ships$type), year = paste0("y", ships$year), period = paste0("p", ships$period),
                    service = ships$service, incidents = ships$incidents)
quine <- data.frame(lapply(MASS::quine[c("Eth", "Sex", "Age", "Lrn")], as.character), Days = MASS::quine$Days)
set.seed(20250905)
panel <- expand.grid(month = 1:6, unit = 1:14)
panel$side <- ifelse(panel$unit <= 5, "treated", "other"); panel$load <- round(runif(nrow(panel), 1, 9), 1)
panel$visits <- 20 + (panel$unit * 7 + panel$month * 3) %% 31
effect <- rgamma(14, 8, 8)[panel$unit]
panel$found <- rpois(nrow(panel), panel$visits * 0.1 * effect * ifelse(panel$side == "treated", 1.5, 1) * exp(0.05 * panel$load))
panel$unit <- paste0("u", panel$unit)
write.csv(ships, "adjusted_ships.csv", row.names = FALSE, quote = FALSE)
write.csv(quine, "adjusted_quine.csv", row.names = FALSE, quote = FALSE)
write.csv(panel, "adjusted_panel.csv", row.names = FALSE, quote = FALSE)
control <- glm.control(epsilon = 1e-13, maxit = 200)
row <- function(data, errors, cluster, b, se, df, phi, alpha) {
  q <- if (is.finite(df)) qt(0.975, df) else qnorm(0.975)
  p <- if (is.finite(df)) 2 * pt(-abs(b / se), df) else 2 * pnorm(-abs(b / se))
  data.frame(data = data, errors = errors, cluster = cluster, estimate = exp(b), std_error = se, conf_low = exp(b - q * se),
             conf_high = exp(b + q * se), p_value = p, dispersion = phi, alpha = alpha)
}
# The profile of the quasi-likelihood by refitting with the coefficient held, solved to full precision; R's own confint
# interpolates and takes normal quantiles; it is a check on the profile.
profiled <- function(data, formula, frame, term, fit, b, se, df, phi) {
  held <- model.matrix(fit)[, term]; rest <- model.matrix(fit)[, colnames(model.matrix(fit)) != term, drop = FALSE]
  base <- if (is.null(fit$offset)) 0 else fit$offset; y <- fit$y
  root <- function(v) {
    lost <- glm.fit(rest, y, family = poisson(), offset = base + v * held, control = control)$deviance - fit$deviance
    sign(b - v) * sqrt(max(lost, 0) / max(phi, 1))
  }
  ends_at <- function(q) c(uniroot(function(v) root(v) - q, c(b - 4 * q * se, b), tol = 1e-12)$root,
                           uniroot(function(v) root(v) + q, c(b, b + 4 * q * se), tol = 1e-12)$root)
  ends <- ends_at(qt(0.975, df))
  peer <- suppressMessages(confint(update(fit, family = quasipoisson), term))
  if (phi > 1) stopifnot(max(abs(peer - ends_at(qnorm(0.975)))) < 2e-3 * se)
  out <- row(data, "quasi", "", b, se, df, phi, NA)
  transform(out, conf_low = exp(ends[1]), conf_high = exp(ends[2]), p_value = 2 * pt(-abs(root(0)), df))
}
# Without each cluster in turn: one step of glm.fit from the whole fit on the rows left (CV3). Each side's clusters are
# worth (sum of information)^2 / sum of squares, the information from lm of the term on the others; Welch's degrees.
left_out <- function(fit, term, cluster) {
  x <- model.matrix(fit); y <- fit$y; base <- if (is.null(fit$offset)) rep(0, length(y)) else fit$offset
  labels <- unique(cluster); G <- length(labels)
  change <- sapply(labels, function(g) {
    rest <- cluster != g; z <- x[rest, , drop = FALSE]; z <- z[, colSums(abs(z)) > 0, drop = FALSE]
    one <- suppressWarnings(glm.fit(z, y[rest], family = poisson(), offset = base[rest], etastart = fit$linear.predictors[rest],
                                    control = glm.control(maxit = 1)))
    coef(one)[[term]] - coef(fit)[[term]]
  })
  w <- fitted(fit); on <- x[, term] > 0
  column <- residuals(lm(x[, term] ~ x[, colnames(x) != term] - 1, weights = w))
  worth <- function(rows) { a <- tapply(ifelse(rows, w * column^2, 0), factor(cluster, labels), sum); sum(a)^2 / sum(a^2) }
  of_on <- sapply(labels, function(g) any(on[cluster == g])); stopifnot(all(of_on != sapply(labels, function(g) any(!on[cluster == g]))))
  parts <- c(sum(change[of_on]^2), sum(change[!of_on]^2)); k <- c(worth(on), worth(!on))
  c(se = sqrt((G - 1) / G * sum(change^2)), df = min(sum(parts)^2 / sum(parts^2 / (k - 1)), df.residual(fit)))
}
study <- function(name, formula, frame, term, cluster = NULL, negative = TRUE) {
  fit <- glm(formula, poisson, frame, control = control)
  b <- coef(fit)[[term]]; df <- df.residual(fit)
  phi <- sum(residuals(fit, "pearson")^2) / df
  model <- sqrt(vcov(fit)[term, term])
  n <- nrow(frame); rowwise <- left_out(fit, term, seq_len(n))
  stopifnot(abs(rowwise[["se"]] / sqrt(vcovHC(fit, type = "HC3")[term, term] * (n - 1) / n) - 1) < 1e-6)
  rows <- list(row(name, "model", "", b, model, Inf, phi, NA), profiled(name, formula, frame, term, fit, b, model * sqrt(max(phi, 1)), df, phi),
               row(name, "robust", "", b, rowwise[["se"]], rowwise[["df"]], phi, NA))
  if (negative) {
    nb <- suppressWarnings(glm.nb(formula, frame, control = glm.control(epsilon = 1e-12, maxit = 500)))
    rows <- c(rows, list(row(name, "nb2", "", coef(nb)[[term]], sqrt(vcov(nb)[term, term]), Inf, phi, 1 / nb$theta)))
  }
  if (!is.null(cluster)) {
    found <- left_out(fit, term, as.character(frame[[cluster]]))
    rows <- c(rows, list(row(name, "robust", cluster, b, found[["se"]], found[["df"]], phi, NA)))
  }
  do.call(rbind, rows)
}
panel$side <- factor(panel$side, c("other", "treated"))
out <- rbind(
  study("ships", incidents ~ type + year + period + offset(log(service)), ships, "periodp75", negative = FALSE),
  study("quine", Days ~ Eth + Sex + Age + Lrn, quine, "LrnSL"),
  study("panel", found ~ side + load + factor(month) + offset(log(visits)), panel, "sidetreated", "unit")
)
write.csv(format(out, digits = 17, trim = TRUE), "adjusted.csv", row.names = FALSE, quote = FALSE)

# One rate per cell: phi, the negative binomial with its likelihood ratio, Dean's score, and profile limits of alpha.
spread <- function(name, frame) {
  frame$cell <- factor(frame$cell)
  formula <- if (nlevels(frame$cell) > 1) count ~ cell + offset(log(exposure)) else count ~ 1 + offset(log(exposure))
  fit <- glm(formula, poisson, frame, control = control)
  mu <- fitted(fit); y <- frame$count
  nb <- suppressWarnings(glm.nb(formula, frame, control = glm.control(epsilon = 1e-12, maxit = 500)))
  exact <- function(a) { m <- fitted(glm(formula, negative.binomial(1 / a), frame, control = control)); sum(dnbinom(y, mu = m, size = 1 / a, log = TRUE)) }
  best <- sum(dnbinom(y, mu = fitted(nb), size = nb$theta, log = TRUE)); chance <- sum(dpois(y, mu, log = TRUE))
  reach <- qchisq(0.95, 1) / 2
  gap <- function(l) exact(exp(l)) - best + reach
  low <- if (best - chance > reach) exp(uniroot(gap, c(log(1e-6), log(1 / nb$theta)), tol = 1e-12)$root) else 0
  dean <- sum((y - mu)^2 - y + hatvalues(fit) * mu) / sqrt(2 * sum(mu^2))
  data.frame(case = name, phi = sum(residuals(fit, "pearson")^2) / df.residual(fit), df = df.residual(fit), alpha = 1 / nb$theta,
             alpha_low = low, alpha_high = exp(uniroot(gap, c(log(1 / nb$theta), log(50)), tol = 1e-12)$root),
             lr = 2 * (best - chance), lr_p = pchisq(2 * (best - chance), 1, lower.tail = FALSE) / 2, dean = dean,
             dean_p = pnorm(dean, lower.tail = FALSE))
}
months <- data.frame(case = "months", cell = rep(c("a", "b"), each = 12), exposure = rep(c(1, 1.5), 12),
                     count = c(3, 9, 1, 14, 6, 2, 8, 12, 0, 7, 5, 20, 2, 6, 1, 3, 9, 2, 4, 1, 0, 5, 11, 3))
mild <- data.frame(case = "mild", cell = "a", exposure = 1, count = c(4, 7, 2, 6, 9, 3, 8, 1, 5, 10))
days <- data.frame(case = "days", cell = paste0(quine$Eth, quine$Sex), exposure = 1, count = quine$Days)
series <- rbind(months, mild, days)
write.csv(series, "dispersion_data.csv", row.names = FALSE, quote = FALSE)
out <- do.call(rbind, lapply(unique(series$case), function(name) spread(name, subset(series, case == name))))
write.csv(format(out, digits = 17, trim = TRUE), "dispersion.csv", row.names = FALSE, quote = FALSE)

# Group-time effects and the Goodman-Bacon decomposition from their formulas. R 4.2.2 (2022-10-31), base only.
# Errors are the infinitesimal jackknife: each estimate differentiated numerically by the weight of every unit, so that
# nothing of the analytic influence functions is taken over.
# mpdta: county teen employment, R package did; castle: Cheng and Hoekstra 2013. See README.md.
mpdta <- read.csv("staggered_mpdta.csv")
castle <- read.csv("staggered_castle.csv")
wide <- function(d, value) { m <- xtabs(as.formula(paste(value, "~ unit + period")), d); matrix(m, nrow(m)) }

att <- function(top, bottom, joined, w, never, universal, a, ratio) {
  n <- nrow(top); periods <- ncol(top); out <- NULL
  level <- function(set, t) sum(w[set] * top[set, t]) / sum(w[set] * bottom[set, t])
  f <- if (ratio) log else identity
  for (g in sort(unique(joined[joined <= periods]))) for (t in seq_len(periods)) {
    last <- g - 1 - a
    if (last < 1) next
    base <- if (universal || t >= g) last else t - 1
    if (base < 1 || base == t) next
    control <- joined > periods | (!never & joined > max(t, base) + a & joined != g)
    if (!any(control)) next
    own <- joined == g
    x <- f(level(own, t)) - f(level(own, base)) - f(level(control, t)) + f(level(control, base))
    out <- rbind(out, c(g, t, base, x))
  }
  out
}
averages <- function(cells, joined, w) {
  mass <- sapply(cells[, 1], function(g) sum(w[joined == g]))
  post <- cells[, 2] >= cells[, 1]; since <- cells[, 2] - cells[, 1]; x <- cells[, 4]
  wm <- function(k) sum(mass[k] * x[k]) / sum(mass[k])
  gs <- unique(cells[post, 1])
  by_group <- sapply(gs, function(g) mean(x[post & cells[, 1] == g]))
  pg <- sapply(gs, function(g) sum(w[joined == g]))
  es <- sort(unique(since)); by_since <- sapply(es, function(e) wm(since == e))
  ts <- sort(unique(cells[post, 2])); by_period <- sapply(ts, function(t) wm(post & cells[, 2] == t))
  c(simple_overall = wm(post), group_overall = sum(pg * by_group) / sum(pg), since_overall = mean(by_since[es >= 0]),
    period_overall = mean(by_period), setNames(by_group, paste0("group_", gs)), setNames(by_since, paste0("since_", es)),
    setNames(by_period, paste0("period_", ts)))
}
all_of <- function(case, top, bottom, joined, never, universal, a, ratio) {
  everything <- function(w) {
    cells <- att(top, bottom, joined, w, never, universal, a, ratio)
    c(setNames(cells[, 4], paste0("cell_", cells[, 1], "_", cells[, 2])), averages(cells, joined, w))
  }
  n <- nrow(top); one <- rep(1, n); est <- everything(one); h <- 1e-4
  part <- sapply(seq_len(n), function(i) { up <- one; up[i] <- 1 + h; down <- one; down[i] <- 1 - h
    (everything(up) - everything(down)) / (2 * h) })
  data.frame(case = case, name = names(est), estimate = est, se = sqrt(rowSums(part^2)))
}
y <- wide(mpdta, "value"); j <- tapply(mpdta$joined, mpdta$unit, min) - 2002; j[j < 0] <- 99
one <- matrix(1, nrow(y), ncol(y)); j <- as.vector(j)
count <- wide(castle, "count"); people <- wide(castle, "exposure") / 1e5
k <- tapply(castle$joined, castle$unit, min) - 1999; k[k < 0] <- 99; k <- as.vector(k)
result <- rbind(
  all_of("never", y, one, j, TRUE, FALSE, 0, FALSE), all_of("not_yet", y, one, j, FALSE, FALSE, 0, FALSE),
  all_of("universal", y, one, j, FALSE, TRUE, 0, FALSE), all_of("anticipation", y, one, j, FALSE, FALSE, 1, FALSE),
  all_of("ratio", count, people, k, FALSE, FALSE, 0, TRUE), all_of("difference", count, people, k, TRUE, FALSE, 0, FALSE))
write.csv(format(result, digits = 15, trim = TRUE), "staggered.csv", row.names = FALSE, quote = FALSE)

# Goodman-Bacon 2021, theorem 1, written by its formulas (10), with two-by-two regressions for the estimates.
z <- log(count / people); periods <- ncol(z); units <- nrow(z)
long <- data.frame(y = as.vector(z), unit = factor(rep(seq_len(units), periods)), t = rep(seq_len(periods), each = units),
                   k = rep(k, periods))
long$d <- as.numeric(long$t >= long$k)
twfe <- unname(coef(lm(y ~ d + unit + factor(t), long))["d"])
vd <- mean(resid(lm(d ~ unit + factor(t), long))^2)
share <- function(g) mean(k == g); dbar <- function(g) mean(seq_len(periods) >= g)
b <- function(rows) unname(coef(lm(y ~ d + unit + factor(t), droplevels(long[rows, ])))["d"])
ks <- sort(unique(k)); parts <- NULL
for (g in ks[ks < 99]) for (l in ks[ks > g]) {
  ng <- share(g); nl <- share(l); q <- ng / (ng + nl); D <- dbar(g); E <- if (l == 99) 0 else dbar(l)
  pair <- long$k %in% c(g, l)
  if (l == 99) parts <- rbind(parts, data.frame(kind = "never", joined = g, other = l,
    weight = (ng + nl)^2 * q * (1 - q) * D * (1 - D) / vd, estimate = b(pair)))
  else parts <- rbind(parts,
    data.frame(kind = "later", joined = g, other = l, estimate = b(pair & long$t < l),
      weight = ((ng + nl) * (1 - E))^2 * q * (1 - q) * (D - E) / (1 - E) * (1 - D) / (1 - E) / vd),
    data.frame(kind = "earlier", joined = l, other = g, estimate = b(pair & long$t >= g),
      weight = ((ng + nl) * D)^2 * q * (1 - q) * E / D * (D - E) / D / vd))
}
stopifnot(abs(sum(parts$weight) - 1) < 1e-10, abs(sum(parts$weight * parts$estimate) - twfe) < 1e-10)
write.csv(format(parts, digits = 15, trim = TRUE), "staggered_bacon.csv", row.names = FALSE, quote = FALSE)
# Extended two-way fixed effects for counts: glm with a dummy for every unit, period and group in each period since.
# Groups of one state are left out: its cluster-robust error would be zero.
long$count <- as.vector(count); long$people <- as.vector(people)
alone <- as.numeric(names(which(table(k) == 1)))
long <- droplevels(long[!long$k %in% alone, ]); units <- nlevels(long$unit)
long$term <- factor(ifelse(long$d == 1, paste(long$k, long$t, sep = "_"), "none"), levels = c("none", setdiff(unique(
  ifelse(long$d == 1, paste(long$k, long$t, sep = "_"), "none")), "none")))
fit <- glm(count ~ unit + factor(t) + term + offset(log(people)), poisson, long, control = glm.control(1e-14, 100))
V <- vcov(fit); X <- model.matrix(fit); s <- rowsum(X * (long$count - fitted(fit)), long$unit)
V <- V %*% crossprod(s) %*% V * units / (units - 1)
at <- grep("^term", names(coef(fit))); who <- table(long$term)[sub("^term", "", names(coef(fit))[at])]
w <- as.vector(who) / sum(who)
etwfe <- data.frame(name = c("average", sub("^term", "", names(coef(fit))[at])),
  estimate = c(sum(w * coef(fit)[at]), coef(fit)[at]), se = c(sqrt(w %*% V[at, at] %*% w), sqrt(diag(V)[at])))
write.csv(format(etwfe, digits = 15, trim = TRUE), "staggered_extended.csv", row.names = FALSE, quote = FALSE)

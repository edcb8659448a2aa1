# Adjusted p-values and Romano-Wolf step-down. R 4.2.2 (2022-10-31), base and stats only. Run in this folder.
set.seed(20)
families <- list(c(.01, .04, .03), rep(.02, 5), c(0, 1, .5, .5), runif(12), c(runif(3)^4, 1e-12, 1),
                 round(runif(40)^3, 2), 0.3)
rows <- do.call(rbind, lapply(seq_along(families), function(f) {
  p <- families[[f]]
  data.frame(family = f, p = p, bonferroni = p.adjust(p, "bonferroni"), holm = p.adjust(p, "holm"),
             hochberg = p.adjust(p, "hochberg"), bh = p.adjust(p, "BH"), by = p.adjust(p, "BY"))
}))
write.csv(format(rows, digits = 17, trim = TRUE), "multiplicity.csv", row.names = FALSE, quote = FALSE)

# Romano-Wolf by its definition, one hypothesis at a time, on a fixed matrix of correlated draws.
draws <- abs(round((matrix(rnorm(200 * 6), 200) + rnorm(200)) / sqrt(2), 3))
observed <- c(2.9, 1.1, 2.1, .2, 2.1, 3.4)
p <- numeric(6); before <- 0
for (h in order(-observed)) {
  left <- which(observed <= observed[h])
  if (sum(observed == observed[h]) > 1) left <- setdiff(which(observed <= observed[h]),
                                                        which(observed == observed[h] & seq_along(observed) < h))
  before <- max(before, (1 + sum(apply(draws[, left, drop = FALSE], 1, max) >= observed[h])) / 201)
  p[h] <- before
}
write.csv(rbind(cbind(row = "observed", as.data.frame(t(observed))), cbind(row = "p", as.data.frame(t(signif(p, 17)))),
                cbind(row = "draw", as.data.frame(draws))), "romano_wolf.csv", row.names = FALSE, quote = FALSE)

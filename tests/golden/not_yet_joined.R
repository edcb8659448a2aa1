# Counts after joining over those expected from groups that had not joined. R 4.2.2 (2022-10-31), base only.
# glm on the cells of groups and periods before joining, predicted to those after; castle data as in staggered.R.
d <- read.csv("staggered_castle.csv"); d$joined[d$joined <= 0] <- 9999
first <- min(d$period)
sums <- aggregate(cbind(count, exposure) ~ joined + period, d, sum)
told <- function(name, base, seen) {
  fit <- glm(count ~ factor(joined) + factor(period) + offset(log(exposure)), poisson, sums[base, ],
             control = glm.control(1e-14, 100))
  s <- sums[seen & sums$period %in% sums$period[base] & sums$joined %in% sums$joined[base], ]
  s$expected <- predict(fit, s, type = "response"); s$since <- s$period - s$joined
  by <- aggregate(cbind(count, expected) ~ since, s, sum)
  rbind(data.frame(case = name, since = "all", counted = sum(s$count), expected = sum(s$expected)),
        data.frame(case = name, since = by$since, counted = by$count, expected = by$expected))
}
since <- sums$period - sums$joined; joins <- sums$joined < 9999
out <- rbind(told("after", !joins | since < 0, joins & since >= 0),
             told("gap", !joins | since < -1, joins & since >= 0),
             told("earlier", !joins | since < -2, joins & since < 0 & since >= -2))
write.csv(format(out, digits = 15, trim = TRUE), "not_yet_joined.csv", row.names = FALSE, quote = FALSE)

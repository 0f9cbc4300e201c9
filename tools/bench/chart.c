/* chart.c - the result for programs (JSON), and as a picture (SVG). */
#include "tool.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static FILE *chart_open(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		tool_die(path, strerror(errno));
	return f;
}

static void chart_close(FILE *f, const char *path)
{
	if (fclose(f) != 0)
		tool_die(path, strerror(errno));
}

/* A text inside quotes, or of an element: names of kernels come from the command line. */
static void chart_text(FILE *f, const char *text)
{
	for (; *text; text++)
		if (strchr("\"\\<>&", *text) || (unsigned char)*text < ' ')
			fputc('_', f);
		else
			fputc(*text, f);
}

/* --- JSON -------------------------------------------------------------------------- */

static const char *const json_kinds[KINDS] = { "instructions", "ns", "loops1", "loops2",
					       "loops4" };

static void json_figure(FILE *f, const struct figure *figure)
{
	fprintf(f, "{\"median\": %.3f, \"low\": %.3f, \"high\": %.3f, \"rounds\": [",
		figure_median(figure), figure_low(figure), figure_high(figure));
	for (int i = 0; i < figure->n; i++)
		fprintf(f, "%s%.3f", i ? ", " : "", figure->value[i]);
	fprintf(f, "]}");
}

static void json_row(FILE *f, const struct plan *plan, const struct kernel *k, int row)
{
	double budget = budget_of(plan->compiler, row_name(row), "instructions");
	const char *between = "";

	fprintf(f, "        \"%s\": {", row_name(row));
	for (int kind = 0; kind < KINDS; kind++) {
		if (!k->figure[kind][row].n)
			continue;
		fprintf(f, "%s\"%s\": ", between, json_kinds[kind]);
		json_figure(f, &k->figure[kind][row]);
		between = ", ";
	}
	if (figure_speedup(k, row) > 0)
		fprintf(f, "%s\"speedup2\": %.3f, \"of_host\": %.3f", between,
			figure_speedup(k, row), figure_share(k, row));
	if (k->own && budget >= 0)
		fprintf(f, "%s\"budget\": %.1f", between, budget);
	fprintf(f, "}");
}

static void json_kernel(FILE *f, const struct plan *plan, const struct kernel *k)
{
	const char *between = "";

	fprintf(f, "    {\n      \"name\": \"");
	chart_text(f, k->name);
	fprintf(f, "\",\n      \"clocks\": [\"%s\", \"%s\"],\n      \"rows\": {\n",
		k->clock[KIND_COUNT] ? k->clock[KIND_COUNT] : "",
		k->clock[KIND_TIME] ? k->clock[KIND_TIME] : "");
	for (int row = 0; row < ROWS_ALL; row++) {
		if (!plan->rows[row])
			continue;
		fputs(between, f);
		json_row(f, plan, k, row);
		between = ",\n";
	}
	fprintf(f, "\n      }\n    }");
}

void json_write(const struct plan *plan)
{
	FILE *f = chart_open(plan->json);

	fprintf(f,
		"{\n  \"compiler\": \"%s\",\n  \"load\": [%.2f, %.2f],\n"
		"  \"rounds\": %d,\n",
		plan->compiler, plan->load[0], plan->load[1], plan->rounds);
	fprintf(f, "  \"qemu\": \"");
	chart_text(f, plan->qemu);
	fprintf(f, "\",\n  \"kernels\": [\n");
	for (int k = 0; k < plan->nkernels; k++) {
		json_kernel(f, plan, &plan->kernels[k]);
		fputs(k + 1 < plan->nkernels ? ",\n" : "\n", f);
	}
	fprintf(f, "  ]\n}\n");
	chart_close(f, plan->json);
}

/* --- SVG: bars of equal height, lengths on a logarithmic scale --------------------- */

#define WIDTH 900
#define LEFT 110 /* names of rows */
#define RIGHT 90 /* figures       */
#define TOP 62   /* title, legend */
#define BAR 11
#define GAP 7      /* between rows  */
#define BASELINE 9 /* of a text in a bar */

struct chart {
	const struct plan *plan;
	FILE *f;
	enum kind kind;
	double low, high; /* exponents of ten at both ends */
	int rows, height;
};

static const char svg_style[] =
	"<style>\n"
	"text{font:12px system-ui,sans-serif;fill:#1c1c1c}\n"
	".paper{fill:#fff}.grid{stroke:#ddd}.small{font-size:10px}.title{font-size:15px}\n"
	".k0{fill:#2a6fbb}.k1{fill:#d9822b}.k2{fill:#5f9e4f}.k3{fill:#8e5ea2}.k4{fill:#888}"
	".k5{fill:#b44}\n"
	"@media (prefers-color-scheme:dark){text{fill:#e6e6e6}.paper{fill:#16181c}"
	".grid{stroke:#3a3d44}.k0{fill:#6aa9ee}.k1{fill:#f0a860}.k2{fill:#8fce7d}"
	".k3{fill:#c29ad4}.k4{fill:#aaa}.k5{fill:#e88}}\n"
	"</style>\n";

static const struct figure *svg_figure(const struct chart *c, int kernel, int row)
{
	return &c->plan->kernels[kernel].figure[c->kind][row];
}

static bool svg_has(const struct chart *c, int row)
{
	for (int k = 0; k < c->plan->nkernels; k++)
		if (svg_figure(c, k, row)->n)
			return true;
	return false;
}

/* Whole decades around all figures. */
static void svg_scale(struct chart *c)
{
	double low = 1e30, high = 0;

	for (int row = 0; row < ROWS_ALL; row++) {
		c->rows += svg_has(c, row);
		for (int k = 0; k < c->plan->nkernels; k++) {
			double value = figure_median(svg_figure(c, k, row));

			if (value > 0 && value < low)
				low = value;
			if (value > high)
				high = value;
		}
	}
	c->low = high > 0 ? floor(log10(low) - 0.01) : 0;
	c->high = high > 0 ? ceil(log10(high)) : 1;
	c->height = TOP + c->rows * (c->plan->nkernels * BAR + GAP) + 24;
}

static double svg_x(const struct chart *c, double exponent)
{
	return LEFT + (exponent - c->low) / (c->high - c->low) * (WIDTH - LEFT - RIGHT);
}

/* "1.2 us", "340", "28 k" */
static void svg_value(char *to, size_t size, double value, enum kind kind)
{
	static const char *const times[] = { "ns", "us", "ms", "s" };
	static const char *const counts[] = { "", "k", "M", "G" };
	int unit = 0;

	while (value >= 1000 && unit < 3) {
		value /= 1000;
		unit++;
	}
	snprintf(to, size,
		 value < 10    ? "%.2f %s"
		 : value < 100 ? "%.1f %s"
			       : "%.0f %s",
		 value, kind == KIND_TIME ? times[unit] : counts[unit]);
}

static void svg_grid(const struct chart *c)
{
	for (int e = (int)c->low; e <= (int)c->high; e++) {
		char text[32];

		svg_value(text, sizeof(text), pow(10, e), c->kind);
		fprintf(c->f,
			"<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
			"<text class=\"small\" x=\"%.1f\" y=\"%d\" "
			"text-anchor=\"middle\">%s</text>\n",
			svg_x(c, e), svg_x(c, e), TOP - 6, c->height - 20, svg_x(c, e),
			c->height - 7, text);
	}
}

static void svg_legend(const struct chart *c)
{
	int x = LEFT;

	fprintf(c->f,
		"<text class=\"title\" x=\"%d\" y=\"22\">%s an operation, "
		"logarithmic</text>\n",
		LEFT, c->kind == KIND_TIME ? "Time" : "Instructions");
	for (int k = 0; k < c->plan->nkernels; k++) {
		const char *name = c->plan->kernels[k].name;

		fprintf(c->f,
			"<rect class=\"k%d\" x=\"%d\" y=\"34\" width=\"12\" height=\"12\"/>"
			"<text x=\"%d\" y=\"44\">",
			k, x, x + 17);
		chart_text(c->f, name);
		fprintf(c->f, "</text>\n");
		x += 40 + 8 * (int)strlen(name);
	}
}

static void svg_row(const struct chart *c, int row, int y)
{
	int kernels = c->plan->nkernels;

	fprintf(c->f, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", LEFT - 8,
		y + kernels * BAR / 2 + 4, row_name(row));
	for (int k = 0; k < kernels; k++, y += BAR) {
		double value = figure_median(svg_figure(c, k, row));
		char text[32] = "not there";
		double end = LEFT;

		if (value > 0) {
			svg_value(text, sizeof(text), value, c->kind);
			end = svg_x(c, log10(value));
			fprintf(c->f,
				"<rect class=\"k%d\" x=\"%d\" y=\"%d\" width=\"%.1f\" "
				"height=\"%d\"/>",
				k, LEFT, y, end - LEFT, BAR - 1);
		}
		fprintf(c->f, "<text class=\"small\" x=\"%.1f\" y=\"%d\">%s</text>\n",
			end + 4, y + BASELINE, text);
	}
}

void svg_write(const struct plan *plan)
{
	struct chart c = { .plan = plan, .kind = plan->time ? KIND_TIME : KIND_COUNT };
	int y = TOP;

	svg_scale(&c);
	c.f = chart_open(plan->svg);
	fprintf(c.f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\">\n%s<rect class=\"paper\" width=\"100%%\" "
		"height=\"100%%\"/>\n",
		WIDTH, c.height, WIDTH, c.height, svg_style);
	svg_grid(&c);
	svg_legend(&c);
	for (int row = 0; row < ROWS_ALL; row++) {
		if (!svg_has(&c, row))
			continue;
		svg_row(&c, row, y);
		y += plan->nkernels * BAR + GAP;
	}
	fprintf(c.f, "</svg>\n");
	chart_close(c.f, plan->svg);
}

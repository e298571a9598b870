"""What a fit found, for people: how the figures are met, before and after, and what they pin down."""

from __future__ import annotations

from html import escape
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing

from sim.output.drawing import AGAINST, PALE, SCENARIO, STYLE, svg_of
from sim.output.durable import replace_file
from sim.output.page import figure_html, folded, frame_html, header_html, page_html
from sim.studies.calibration.fit import Fit
from sim.studies.identifiability_pictures import identifiability_sections

_METHOD = (
    "<p>A sample of all numbers, drawn from their priors, was moved in a few steps to where the figures are: an "
    "ensemble smoother. Each member lives its own numbers with its own luck. A figure is met if the mean of the "
    "members is inside its tolerance: a quarter of a level, two standard errors of anything else. Errors within one "
    "series go together. Nothing dated after the end of the calibration was looked at.</p>"
)
_RECOVERY = (
    "<p>The model made the figures itself, at numbers of the fitted sample, with errors drawn from the figures' own. "
    "The fit was then asked to find the numbers. An honest fit has the truth inside its 90 % interval nine times in "
    "ten, and inside its 50 % interval five times in ten.</p>"
)


def write_page(fit: Fit, folder: Path, command: str) -> None:
    """Write ``report.html`` of a fit."""
    replace_file(folder / "report.html", fit_page(fit, command).encode())


def fit_page(fit: Fit, command: str) -> str:
    """The report of a fit as one self-contained page."""
    table = fit.table()
    question = fit.question
    facts = [
        ("Region", question.region.title),
        ("Known until", question.scenario.until),
        ("Members", str(len(fit.posterior))),
        ("Numbers", str(len(question.names))),
        ("Figures", f"{int(table['inside'].sum())} of {len(table)} met"),
    ]
    drawn = svg_of(figures_drawing(fit), "figures", "Each figure, with what the sample said before and after the fit.")
    caption = (
        "Distance of the model from each figure, in standard errors: middle 90 % of the members and their mean, before "
        "the fit (pale) and after. The grey band is two standard errors."
    )
    sections = [
        ("method", "What was done", _METHOD),
        ("figures", "The figures", figure_html(drawn, caption) + folded("All figures", _all(table))),
        *identifiability_sections(fit.identified),
        ("command", "How this was made", f"<pre>{escape(command)}</pre>"),
    ]
    title = "Fit of the model's numbers"
    asked = f"What numbers agree with what was known by {question.scenario.until}?"
    return page_html(title, header_html(title, asked, facts), sections)


def _all(table: pd.DataFrame) -> str:
    return frame_html(table, "Value, standard error (of a level: in logarithms), and the sample before and after.")


def figures_drawing(fit: Fit) -> Drawing:
    """A line a figure: standardised distances before and after."""
    figures = fit.question.figures
    observed = np.array([figure.observed for figure in figures])
    errors = np.array([figure.error for figure in figures])
    with mpl.rc_context(STYLE):
        drawing = Drawing(figsize=(9.2, 0.19 * len(figures) + 1.0), layout="constrained")
        axes = drawing.add_subplot()
        axes.axvspan(-2, 2, color="#ececec", lw=0)
        axes.axvline(0, color=PALE, lw=0.8)
        for said, colour, width, shift in ((fit.before, AGAINST, 1.0, 0.17), (fit.after, SCENARIO, 2.2, -0.05)):
            away = (said - observed) / errors
            low, middle, high = np.nanquantile(away, 0.05, 0), np.nanmean(away, 0), np.nanquantile(away, 0.95, 0)
            at = -np.arange(len(figures)) + shift
            axes.hlines(at, low, high, color=colour, lw=width, alpha=0.45 if shift > 0 else 1.0)
            axes.plot(middle, at, "o", color=colour, ms=2.5 if shift > 0 else 3.2, alpha=0.5 if shift > 0 else 1.0)
        axes.set_yticks(-np.arange(len(figures)), [figure.label.replace("_", " ") for figure in figures], fontsize=6.2)
        axes.set_xlim(-8, 8)
        axes.set_ylim(-len(figures), 1)
        axes.set_xlabel("standard errors from the figure")
        axes.grid(visible=False)
    return drawing


def recovery_page(table: pd.DataFrame, covered: pd.DataFrame, command: str) -> str:
    """The report of a recovery as one self-contained page."""
    fits = int(table["fit"].nunique())
    drawn = svg_of(recovery_drawing(covered), "coverage", "Share of fits whose interval holds the true number.")
    summary = frame_html(covered.head(2), "All numbers, and those whose spread the figures narrow; standard errors.")
    each = frame_html(covered.iloc[2:], "Coverage and spread by number, prior standard deviations.")
    caption = "Each number's coverage of the 90 % and the 50 % interval against how far the fit narrows it."
    sections = [
        (
            "coverage",
            "Does the fit find what is there?",
            _RECOVERY + summary + figure_html(drawn, caption) + folded("Each number", each),
        ),
        ("command", "How this was made", f"<pre>{escape(command)}</pre>"),
    ]
    title = "Recovery of known numbers"
    facts = [("Fits", str(fits)), ("Numbers", str(table["number"].nunique()))]
    return page_html(
        title, header_html(title, "Fitted to itself, does the model find its own numbers?", facts), sections
    )


def recovery_drawing(covered: pd.DataFrame) -> Drawing:
    """Coverage by number against its fitted spread."""
    each = covered.iloc[2:]
    with mpl.rc_context(STYLE):
        drawing = Drawing(figsize=(9.2, 3.4), layout="constrained")
        axes = drawing.add_subplot()
        for name, level, colour in (("inside90", 0.9, SCENARIO), ("inside50", 0.5, AGAINST)):
            axes.axhline(level, color=colour, lw=0.8, ls="--")
            axes.plot(each["sd"], each[name], "o", color=colour, ms=3.5, alpha=0.75, label=f"{level:.0%} interval")
        axes.set_ylim(0, 1.03)
        axes.set_xlabel("spread after the fit / before")
        axes.set_ylabel("share of fits that hold the truth")
        axes.legend(loc="lower left")
    return drawing

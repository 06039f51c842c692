"""The other side of `make bench NAME=reports`: the like by matplotlib and reportlab, and by xlsxwriter.

Prints `pdf SECONDS` and `xlsx SECONDS`; imports and one warm-up are not counted. Exit code 3: a package is missing.
"""

import io
import sys
import tempfile
import time

try:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import xlsxwriter
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Image, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
    from reportlab.lib.styles import getSampleStyleSheet
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(3)

MONTHS = ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
VALUES = [61, 66.5, 70.2, 69.1, 75, 81.3, 79.9, 88, 91.4, 97, 103.2, 111.8]


def picture(draw):
    figure, axes = plt.subplots(figsize=(5, 2.4), dpi=150)
    draw(axes)
    page = io.BytesIO()
    figure.savefig(page, format="png")
    plt.close(figure)
    page.seek(0)
    return Image(page, 250, 120)


def pdf():
    styles = getSampleStyleSheet()
    story = [Paragraph("Weekly business review", styles["Title"])]
    tiles = [["Revenue", "Deals won", "Win rate", "New customers"], ["€268.1k", "32", "56.7%", "27"]] * 2
    story += [Table(tiles), Paragraph("In short. " * 40, styles["BodyText"])]
    story.append(picture(lambda a: (a.fill_between(MONTHS, VALUES, alpha=0.2), a.plot(MONTHS, VALUES))))
    story.append(picture(lambda a: a.barh(["Lead", "Qualified", "Proposal", "Won"], [48, 21, 12, 5])))
    story.append(picture(lambda a: a.pie([412, 655, 288, 96], labels=["A", "B", "C", "D"], autopct="%1.0f%%", wedgeprops={"width": 0.4})))
    story.append(picture(lambda a: a.bar(["Lead", "Qualified", "Proposal", "Negotiation"], [5, 4, 3, 2])))
    story.append(picture(lambda a: a.barh(["Ann", "Bob", "Cid", "Dee", "Eve", "Other"], [6, 5, 4, 3, 2, 1])))
    rows = [["Sales rep", "Revenue", "Won", "Lost", "Win rate", "Average", "Days", "Customers"]]
    rows += [[f"Sales rep {n}", f"€{n * 1234:,}", n, n % 7, f"{50 + n}%", "€1,234", "31.3", n * 3] for n in range(20)]
    table = Table(rows, repeatRows=1)
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, "#e2e8f0"), ("FONTSIZE", (0, 0), (-1, -1), 8)]))
    story += [Spacer(1, 10), table]
    page = io.BytesIO()
    SimpleDocTemplate(page, pagesize=A4).build(story)
    return page.getvalue()


def xlsx(count=100_000):
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        book = xlsxwriter.Workbook(file.name, {"constant_memory": True})
        money, percent, date = (book.add_format({"num_format": f}) for f in ("#,##0.00", "0.0%", "yyyy-mm-dd"))
        sheet = book.add_worksheet()
        for n in range(count):
            sheet.write_string(n, 0, f"Customer {n}")
            sheet.write_string(n, 1, "Owner")
            sheet.write_number(n, 2, 45000 + n % 700, date)
            sheet.write_number(n, 3, n * 12.34, money)
            sheet.write_number(n, 4, n * 5.67, money)
            sheet.write_number(n, 5, n % 13)
            sheet.write_number(n, 6, (n % 13) / 17, percent)
            sheet.write_number(n, 7, n % 31)
        book.close()


def seconds(work, times):
    elapsed = []
    for _ in range(times):
        since = time.perf_counter()
        work()
        elapsed.append(time.perf_counter() - since)
    return sorted(elapsed)[len(elapsed) // 2]


pdf()
print("pdf", seconds(pdf, 5))
print("xlsx", seconds(xlsx, 1))

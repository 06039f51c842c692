//! One page's draw list as printpdf operations: the origin moves to the lower left, colours are set only when they change.

use std::collections::BTreeMap;

use printpdf::{
    Actions, BorderArray, Color, ColorArray, DictItem, Line, LineCapStyle, LineJoinStyle, LinePoint, LinkAnnotation,
    Op, PaintMode, PdfFontHandle, Point, Polygon, PolygonRing, Pt, Rect, Rgb, TextItem, WindingOrder, XObjectId,
    XObjectTransform,
};

use crate::render::font::runs;
use crate::render::page::{Mark, Page, Pages, Shape};
use crate::render::pdf::face::font_id;
use crate::report::Colour;

/// The control distance that makes a Bézier curve a quarter circle.
const ROUND: f64 = 0.5523;

/// The resource name of the document's one picture, its logo.
pub(super) fn image_id() -> XObjectId {
    XObjectId("VI0".to_owned())
}

/// The operations of one page.
pub(super) fn page_ops(pages: &Pages, page: &Page) -> Vec<Op> {
    let mut writer = Writer { height: pages.height, ops: Vec::new(), fill: None, stroke: None };
    writer.ops.push(Op::SetLineJoinStyle { join: LineJoinStyle::Round });
    writer.ops.push(Op::SetLineCapStyle { cap: LineCapStyle::Round });
    let mut number = 0;
    for (mark, shapes) in &page.marks {
        match mark {
            Mark::Artifact => writer.ops.push(Op::BeginMarkedContent { tag: "Artifact".to_owned() }),
            Mark::Node(node) => {
                let map = BTreeMap::from([("MCID".to_owned(), DictItem::Int(number))]);
                let (tag, properties) = (pages.nodes[*node].role.to_owned(), DictItem::Dict { map });
                writer.ops.push(Op::BeginMarkedContentWithProperties { tag, properties });
                number += 1;
            }
        }
        shapes.iter().for_each(|shape| writer.shape(shape));
        writer.ops.push(match mark {
            Mark::Artifact => Op::EndMarkedContent,
            Mark::Node(_) => Op::EndMarkedContentWithProperties,
        });
    }
    writer.ops
}

struct Writer {
    height: f64,
    ops: Vec<Op>,
    fill: Option<Colour>,
    stroke: Option<(Colour, f32)>,
}

/// Hundredths of a point are finer than any press.
fn points(value: f64) -> Pt {
    Pt(((value * 100.0).round() / 100.0) as f32)
}

fn colour(colour: Colour) -> Color {
    let channel = |c: u8| f32::from(c) / 255.0;
    Color::Rgb(Rgb { r: channel(colour.0), g: channel(colour.1), b: channel(colour.2), icc_profile: None })
}

impl Writer {
    fn point(&self, (x, y): (f64, f64)) -> Point {
        Point { x: points(x), y: points(self.height - y) }
    }

    fn set_fill(&mut self, fill: Colour) {
        if self.fill != Some(fill) {
            self.fill = Some(fill);
            self.ops.push(Op::SetFillColor { col: colour(fill) });
        }
    }

    fn set_stroke(&mut self, stroke: Colour, width: f64) {
        let width = points(width).0;
        if self.stroke != Some((stroke, width)) {
            self.stroke = Some((stroke, width));
            self.ops.push(Op::SetOutlineColor { col: colour(stroke) });
            self.ops.push(Op::SetOutlineThickness { pt: Pt(width) });
        }
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Box { fill, stroke, .. } => {
                fill.iter().for_each(|fill| self.set_fill(*fill));
                stroke.iter().for_each(|(stroke, width)| self.set_stroke(*stroke, *width));
                let mode = match (fill, stroke) {
                    (Some(_), Some(_)) => PaintMode::FillStroke,
                    (Some(_), None) => PaintMode::Fill,
                    (None, _) => PaintMode::Stroke,
                };
                let ring = self.box_ring(shape);
                self.polygon(ring, mode);
            }
            Shape::Polygon { points, fill } => {
                self.set_fill(*fill);
                let ring = points.iter().map(|p| LinePoint { p: self.point(*p), bezier: false }).collect();
                self.polygon(PolygonRing { points: ring }, PaintMode::Fill);
            }
            Shape::Line { points, colour, width } => {
                self.set_stroke(*colour, *width);
                let points = points.iter().map(|p| LinePoint { p: self.point(*p), bezier: false }).collect();
                self.ops.push(Op::DrawLine { line: Line { points, is_closed: false } });
            }
            Shape::Text { x, y, size, weight, colour, text } => {
                self.set_fill(*colour);
                let pos = self.point((*x, *y));
                self.ops.push(Op::StartTextSection);
                self.ops.push(Op::SetTextCursor { pos });
                for run in runs(*weight, text) {
                    let font = PdfFontHandle::External(font_id(run.font));
                    self.ops.push(Op::SetFont { font, size: points(*size) });
                    self.ops.push(Op::ShowText { items: vec![TextItem::Text(run.text)] });
                }
                self.ops.push(Op::EndTextSection);
            }
            Shape::Image { x, y, width, height, .. } => {
                let transform = XObjectTransform {
                    translate_x: Some(points(*x)),
                    translate_y: Some(points(self.height - y - height)),
                    scale_x: Some(*width as f32),
                    scale_y: Some(*height as f32),
                    no_auto_scale: true,
                    ..XObjectTransform::default()
                };
                self.ops.push(Op::UseXobject { id: image_id(), transform });
            }
            Shape::Link { x, y, width, height, url } => {
                let mut place = Rect::from_wh(points(*width), points(*height));
                place.x = points(*x);
                place.y = points(self.height - y - height);
                let (border, colour) = (BorderArray::Solid([0.0, 0.0, 0.0]), ColorArray::Transparent);
                let link = LinkAnnotation::new(place, Actions::uri(url.clone()), Some(border), Some(colour), None);
                self.ops.push(Op::LinkAnnotation { link });
            }
        }
    }

    fn polygon(&mut self, ring: PolygonRing, mode: PaintMode) {
        let polygon = Polygon { rings: vec![ring], mode, winding_order: WindingOrder::NonZero };
        self.ops.push(Op::DrawPolygon { polygon });
    }

    /// The outline of a box, its corners drawn as quarter circles.
    fn box_ring(&self, shape: &Shape) -> PolygonRing {
        let Shape::Box { x, y, width: w, height: h, radius, .. } = *shape else {
            return PolygonRing { points: Vec::new() };
        };
        let r = radius.min(w / 2.0).min(h / 2.0);
        let at = |dx: f64, dy: f64, bezier: bool| LinePoint { p: self.point((x + dx, y + dy)), bezier };
        if r <= 0.0 {
            let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)];
            return PolygonRing { points: corners.map(|(dx, dy)| at(dx, dy, false)).to_vec() };
        }
        let c = r - r * ROUND;
        let points = vec![
            at(r, 0.0, false),
            at(w - r, 0.0, false),
            at(w - c, 0.0, true),
            at(w, c, true),
            at(w, r, false),
            at(w, h - r, false),
            at(w, h - c, true),
            at(w - c, h, true),
            at(w - r, h, false),
            at(r, h, false),
            at(c, h, true),
            at(0.0, h - c, true),
            at(0.0, h - r, false),
            at(0.0, r, false),
            at(0.0, c, true),
            at(c, 0.0, true),
            at(r, 0.0, false),
        ];
        PolygonRing { points }
    }
}

//! A mail's body as one content: JSON, its pictures in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::delivery::{InlineImage, MailBody, OutgoingArtifact};

/// What it is listed as; no reader sees the name.
const NAME: &str = "mail.json";

#[derive(Serialize, Deserialize)]
struct Packed {
    subject: String,
    html: String,
    text: String,
    images: Vec<PackedImage>,
}

#[derive(Serialize, Deserialize)]
struct PackedImage {
    content_id: String,
    media_type: String,
    base64: String,
}

/// The same body gives the same bytes.
pub(super) fn pack(body: &MailBody) -> OutgoingArtifact {
    let image = |image: &InlineImage| PackedImage {
        content_id: image.content_id.clone(),
        media_type: image.media_type.clone(),
        base64: STANDARD.encode(&image.bytes),
    };
    let packed = Packed {
        subject: body.subject.clone(),
        html: body.html.clone(),
        text: body.text.clone(),
        images: body.inline.iter().map(image).collect(),
    };
    let bytes = serde_json::to_vec(&packed).expect("texts are plain data");
    OutgoingArtifact { name: NAME.to_owned(), media_type: "application/json".to_owned(), bytes }
}

/// The body that was packed.
pub(super) fn unpack(bytes: &[u8]) -> Result<MailBody, serde_json::Error> {
    use serde::de::Error as _;
    let packed: Packed = serde_json::from_slice(bytes)?;
    let image = |image: PackedImage| {
        let bytes = STANDARD.decode(&image.base64).map_err(serde_json::Error::custom)?;
        Ok(InlineImage { content_id: image.content_id, media_type: image.media_type, bytes })
    };
    let inline = packed.images.into_iter().map(image).collect::<Result<_, serde_json::Error>>()?;
    Ok(MailBody { subject: packed.subject, html: packed.html, text: packed.text, inline })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_as_it_was_packed() {
        let body = MailBody {
            subject: "Week 47 · €184,320".to_owned(),
            html: "<p>\"quoted\"</p>".to_owned(),
            text: "王小明\r\n".to_owned(),
            inline: vec![InlineImage {
                content_id: "s3.ab@vesper".to_owned(),
                media_type: "image/png".to_owned(),
                bytes: (0..=255).collect(),
            }],
        };
        assert_eq!(unpack(&pack(&body).bytes).expect("a body"), body);
        assert!(unpack(b"").is_err());
    }
}

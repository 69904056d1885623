//! [`SmsSender`]: what every adapter does with a message.

use crate::port::{Sms, SmsError, SmsSender, SmsSending};

/// A message with everything in it that could be mistaken for something else on the way.
pub fn awkward() -> Sms {
    Sms {
        id: "0f1e2d3c".to_owned(),
        to: "+79123456789".to_owned(),
        text: "Код для «Беседы» & Co: 012345.\n\n@chat.example.org #012345 \"{to}\" 100%".to_owned(),
        code: "012345".to_owned(),
    }
}

/// A message arrives as it was given, each time that it is handed over. `run` waits for the end; `arrived` tells what
/// has arrived so far: number and text.
pub fn delivers_what_it_is_given(
    sender: &dyn SmsSender,
    run: impl Fn(SmsSending<'_>) -> Result<(), SmsError>,
    arrived: impl Fn() -> Vec<(String, String)>,
) {
    let sms = awkward();
    let same = (sms.to.clone(), sms.text.clone());
    assert_eq!(run(sender.send(&sms)), Ok(()));
    assert_eq!(arrived(), std::slice::from_ref(&same));
    let other = Sms { id: "2".to_owned(), to: "+447911123456".to_owned(), ..sms };
    assert_eq!(run(sender.send(&other)), Ok(()));
    assert_eq!(arrived(), [same, (other.to, other.text)]);
}

//! Every limit of the server in one table: enforced from here, published from here, tested at its edge from here.

use serde::{Deserialize, Serialize};

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Things.
    Count,
    /// Milliseconds.
    Millis,
    /// Things within one minute.
    PerMinute,
    /// Things within one day.
    PerDay,
}

/// One published limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// Its stable name, as in an error's `data.limit`.
    pub name: &'static str,
    /// The largest allowed value.
    pub value: u64,
    /// What `value` counts.
    pub unit: Unit,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $value:expr, $unit:ident;)+) => {
        /// The limits as fields, for the code that enforces them.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Limits {
            $($(#[$doc])* pub $name: u64,)+
        }

        /// The limits of a server whose operator changed none.
        pub const LIMITS: Limits = Limits { $($name: $value,)+ };

        impl Default for Limits {
            fn default() -> Self {
                LIMITS
            }
        }

        impl Limits {
            /// All limits with name and unit, for publication.
            pub fn table(&self) -> Vec<Limit> {
                vec![$(Limit { name: stringify!($name), value: self.$name, unit: Unit::$unit }),+]
            }
        }
    };
}

limits! {
    /// One WebSocket frame from a client.
    frame_bytes: 1_048_576, Bytes;
    /// One JSON request body over HTTP.
    http_body_bytes: 65_536, Bytes;
    /// One application message as sent (MLS ciphertext).
    message_bytes: 65_536, Bytes;
    /// One application message of a request that is not accepted yet.
    request_bytes: 2_048, Bytes;
    /// One commit with its GroupInfo and Welcome.
    commit_bytes: 524_288, Bytes;
    /// One ephemeral frame.
    ephemeral_bytes: 8_192, Bytes;
    /// An encrypted profile.
    profile_bytes: 16_384, Bytes;
    /// One key package.
    key_package_bytes: 2_048, Bytes;
    /// Key packages that a device may keep on the server.
    key_packages_per_device: 200, Count;
    /// Key packages of one account that one claimer may take.
    key_package_claims: 10, PerDay;
    /// Devices of one account.
    devices_per_account: 20, Count;
    /// Devices (leaves) of one encrypted conversation.
    devices_per_conversation: 500, Count;
    /// Members (accounts) of one encrypted conversation.
    members_per_conversation: 200, Count;
    /// Conversations of one account.
    conversations_per_account: 10_000, Count;
    /// Entries in one page of a log.
    page_entries: 200, Count;
    /// Bytes in one page of a log, unless its first entry alone is larger.
    page_bytes: 262_144, Bytes;
    /// Changes in one page of a sync.
    sync_changes: 500, Count;
    /// Bytes of the token in a hello.
    hello_bytes: 1_024, Bytes;
    /// Bytes of a sync cursor.
    cursor_bytes: 256, Bytes;
    /// Accounts in one look-up.
    lookup_accounts: 100, Count;
    /// Accounts whose presence one socket watches.
    watched_accounts: 200, Count;
    /// The address at a push service that a device is woken by.
    push_endpoint_bytes: 2_048, Bytes;
    /// Conversations for which one device does not want to be woken.
    push_muted: 1_000, Count;
    /// Requests in one look at what is new after a wake-up.
    wake_requests: 32, Count;
    /// Such looks from one address prefix.
    wakes: 1_200, PerMinute;
    /// Requests of one account. Like every rate, the whole allowance may be used at once and comes back evenly.
    requests: 6_000, PerMinute;
    /// Messages that one account may send.
    sends: 1_200, PerMinute;
    /// Searches and look-ups of other accounts.
    lookups: 120, PerMinute;
    /// Conversations that one account may create.
    creates: 300, PerDay;
    /// Conversations with strangers that a new account may start.
    stranger_requests: 30, PerDay;
    /// External joins of one device to one conversation.
    joins: 3, PerDay;
    /// Links by which people may ask to join one group.
    group_links: 50, Count;
    /// What a link to a group holds for those who have it, sealed.
    group_link_bytes: 16_384, Bytes;
    /// Requests by link that wait in one group.
    asks_waiting: 500, Count;
    /// Groups that one account may ask to join by link.
    asks: 50, PerDay;
    /// Reports of one account to the operator.
    reports: 20, PerDay;
    /// One report, with the texts that the reporter shows.
    report_bytes: 65_536, Bytes;
    /// One blob: a file as its sender has encrypted it.
    blob_bytes: 4 * 1_073_741_824, Bytes;
    /// The blobs that one account keeps and the uploads that it has begun, together; each counts as 4 KiB at least.
    blob_quota_bytes: 10 * 1_073_741_824, Bytes;
    /// Bytes that one account may announce for upload. It may let go what it has uploaded, and upload anew, but not without
    /// end: for a while, what nobody keeps takes room, too.
    uploaded_bytes: 20 * 1_073_741_824, PerDay;
    /// Unfinished uploads of one account.
    uploads: 16, Count;
    /// Blobs in one request to keep them or to let them go.
    blobs_at_once: 100, Count;
    /// Requests of one account for uploads and blobs over HTTP.
    blob_requests: 1_200, PerMinute;
    /// Requests over HTTP that bring a session's token, or should, from one address prefix.
    session_requests: 12_000, PerMinute;
    /// Life of an upload after its last byte.
    upload_millis: 3 * 86_400_000, Millis;
    /// Life of a blob that nobody keeps any more: time in which a recipient who was away still gets it.
    blob_millis: 30 * 86_400_000, Millis;
    /// Requests of one account for what is on cloud drives.
    drive_requests: 240, PerMinute;
    /// Those that are carried out for one account at once.
    drives_at_once: 4, Count;
    /// Files and folders in one page of a folder on a drive.
    drive_entries: 500, Count;
    /// The path of a file or a folder on a drive.
    drive_path_bytes: 4_096, Bytes;
    /// Time for one request to a drive, with all the bytes of its file.
    drive_millis: 3_600_000, Millis;
    /// Pages of which one account may ask for a preview.
    previews: 30, PerMinute;
    /// Previews that are made for one account at once.
    previews_at_once: 4, Count;
    /// The part of a page that is read for its preview; a larger page has none.
    preview_page_bytes: 1_048_576, Bytes;
    /// The picture of a page; a larger one is left out.
    preview_picture_bytes: 5 * 1_048_576, Bytes;
    /// Searches of one account for moving pictures.
    gif_searches: 60, PerMinute;
    /// Moving pictures and squares of the map that one account may ask for.
    web_pictures: 1_200, PerMinute;
    /// Those that are fetched for one account at once.
    web_pictures_at_once: 8, Count;
    /// One of them; a larger one is not passed on.
    web_picture_bytes: 4 * 1_048_576, Bytes;
    /// Pages and pictures that the server fetches from the web, whoever asks.
    fetches: 3_000, PerMinute;
    /// Those that it fetches at once.
    fetches_at_once: 32, Count;
    /// Time for one of them, with all its redirects.
    fetch_millis: 10_000, Millis;
    /// Attempts to sign up from one address prefix.
    sign_ups: 10, PerMinute;
    /// Attempts to sign in, per address prefix and per name.
    sign_ins: 10, PerMinute;
    /// Other unauthenticated requests from one address prefix.
    anonymous_requests: 300, PerMinute;
    /// Files of the web app that one address prefix may ask for; a first visit takes some dozens.
    page_requests: 6_000, PerMinute;
    /// WebSockets of one device.
    sockets_per_device: 4, Count;
    /// WebSockets from one address prefix that have not authenticated.
    pending_sockets: 64, Count;
    /// Time in which a WebSocket must say hello.
    hello_millis: 10_000, Millis;
    /// Time without a word after which a WebSocket is closed; pings are words.
    idle_millis: 900_000, Millis;
    /// Frames waiting for one slow reader before it is told to resync.
    queue_frames: 64, Count;
    /// Bytes waiting for one slow reader before it is told to resync.
    queue_bytes: 262_144, Bytes;
    /// Age at which an unused key package is no longer handed out.
    key_package_age_millis: 84 * 86_400_000, Millis;
    /// Life of a device-approval request.
    link_millis: 300_000, Millis;
    /// Codes sent to one phone number.
    phone_codes_per_number: 10, PerDay;
    /// Codes asked for from one address prefix.
    phone_codes_per_address: 100, PerDay;
    /// Codes sent by the server, whoever asks.
    phone_codes: 5_000, PerDay;
    /// How often one code may be tried.
    phone_tries: 5, Count;
    /// Life of a code.
    phone_code_millis: 600_000, Millis;
    /// Time without any use after which an account's identity may be reset by its phone number alone.
    phone_quiet_millis: 7 * 86_400_000, Millis;
    /// Time in which nobody takes the username of a deleted account.
    username_quarantine_millis: 30 * 86_400_000, Millis;
    /// Fewest characters of a password.
    password_min: 8, Count;
    /// Most bytes of a password.
    password_bytes: 256, Bytes;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = LIMITS.table().iter().map(|limit| limit.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}

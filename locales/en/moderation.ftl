### The desk: what moderators, owners, auditors and partners read.
### Short sentences. None holds what a witness wrote: the text under review is added apart.

## What does not fit

desk-unknown = There is no such command. Write /help to see those you can use.
desk-locked = The desk is locked. Your command is kept and will be handled when it opens. An owner can open it at the console: python -m bot unlock
desk-no-case = Name a testimony, such as /open t-k7q2m9xw, or take the next one with /next.
desk-no-text = The text after the command is missing. Example: { $example }
desk-case-gone = This testimony does not exist, or no longer.
desk-case-waiting = This testimony is still waiting. First take one with /next.
desk-case-quarantined = This testimony is in quarantine. Read it with /open, then put it back in the queue with /quarantine release and its reference.
desk-case-mine = You are reading this testimony. Decide first, or leave it with /undo.
desk-case-theirs = Somebody else is reading this testimony.
desk-case-decided = This testimony is already decided. /undo takes back your last decision.
desk-case-counted = This testimony is already counted in a digest. That can no longer change.
desk-case-escalated = This testimony was passed on to the owners.
desk-nothing-to-undo = There is nothing to take back.
desk-second-same = It takes a second person: you have already asked for this.
desk-read-first = Read this testimony first with /open: a danger, or what points at somebody, is only seen by reading.
desk-cannot-open = This testimony cannot be opened. The owners were told.
desk-try-again = This has just changed. Nothing was done, try again if needed.

## The queue

desk-queue = To read: { $waiting }. Being read: { $claimed }. Passed on to owners: { $escalated }.
desk-queue-quarantine =
    { $count ->
        [one] In quarantine: 1. /quarantine
       *[other] In quarantine: { $count }. /quarantine
    }
desk-queue-mine = You are reading { $case }.
desk-queue-empty = Nothing is waiting. Thank you.
desk-new =
    { $count ->
        [one] 1 testimony to read. /next
       *[other] { $count } testimonies to read. /next
    }
desk-new-and-quarantine =
    { $count ->
        [one] 1 testimony to read. /next In quarantine: { $apart }. /quarantine
       *[other] { $count } testimonies to read. /next In quarantine: { $apart }. /quarantine
    }
desk-new-quarantine =
    { $count ->
        [one] 1 testimony in quarantine. /quarantine
       *[other] { $count } testimonies in quarantine. /quarantine
    }
desk-stats = To read: { $waiting }, the oldest for { $days } d. Being read: { $claimed }. Passed on: { $escalated }. Approved, not yet in a digest: { $ready }.

## Reading

desk-warning = Testimony { $case }. This text may be hard to read. You may wait, or leave it to somebody else with /undo. To read it: /open
desk-warning-hard = Testimony { $case }. This text speaks of violence, threats or sexual acts. Take your time: you may leave it to somebody else with /undo. To read it: /open
desk-warning-quarantine = Testimony { $case }, in quarantine. It may be abuse, and it may be somebody telling what happened. This text may be hard to read. To read it: /open
desk-warning-insults = Testimony { $case }. This text holds insults or threats, perhaps quoted. There is no hurry. To read it all the same: /open yes
desk-button-open = Read
desk-button-open-case = Read { $case }
desk-button-open-yes = Read all the same
desk-button-undo = Leave it
desk-button-approve = Approve
desk-button-reject = Reject
desk-button-escalate = Pass on
desk-button-next = Next
desk-button-release = Put back in the queue
desk-button-quarantine-look = Quarantine
desk-button-quarantine-reject = Reject all
desk-button-quarantine-reject-yes = Yes, reject all
desk-button-quote-yes = Confirm
desk-case-head = { $case } · { $state } · { $language } · agreed use: { $share }
desk-case-story = Story
desk-case-quote = Sentence offered by the person
desk-case-more = Added later
desk-case-removed = Taken out automatically: { $kinds }
desk-case-answers = Answers
desk-case-note = Team note
desk-case-summary = Team summary
desk-case-no-story = The story was erased, as planned after the decision.
desk-case-checklist = Check before approving: names, places, employer, dates, rare facts, other people, children, health, links. /mask takes words out. If a minor or a person in danger is concerned: /escalate
desk-state-waiting = to read
desk-state-quarantined = in quarantine
desk-state-claimed = being read
desk-state-approved = approved
desk-state-rejected = rejected
desk-state-escalated = passed on
desk-share-stats_only = figures
desk-share-stats_and_summary = figures and summary
desk-share-stats_and_quote = figures, summary and sentence
desk-share-none = nothing

## Deciding

desk-approved = { $case } is approved. It will count in the next digest. /undo to go back.
desk-rejected = { $case } is rejected. It will not count. /undo to go back.
desk-escalated = { $case } was passed on to the owners. /undo to go back.
desk-escalated-alert = { $case } was passed on to you. /open { $case }
desk-released = { $case } is back in the queue.
desk-reopened = { $case } is in your hands again. /open to read it.

## Reading on one's own machine

desk-console-next = Testimony { $case }. It is read on your machine, not here. This text may be hard to read: you may wait, or leave it to somebody else with /undo. To receive it, sealed: /get
desk-console-quarantine = Testimony { $case }, in quarantine. It may be abuse, and it may be somebody telling what happened. This text may be hard to read. To receive it, sealed: /get
desk-console-read = Here, no testimony is read in a conversation. To receive it, sealed: /get
desk-console-decide = Here, a decision is made on your machine and comes back signed. On your machine: python -m bot decide. Then paste here the line that starts with /decision.
desk-button-get = Receive
desk-summary-kept-sealed = Summary kept for { $case }. It will appear in a digest.
desk-get =
    { $count ->
        [one] { $case }: 1 sealed file, which leaves this chat in an hour. Save it without changing the name of the file, then, on your machine: python -m bot open
       *[other] { $case }: { $count } sealed files, which leave this chat in an hour. Save them together, without changing the names of the files, then, on your machine: python -m bot open
    }
desk-decision-unreadable = This is no decision, or it was cut on its way. Copy the whole line that the command decide wrote. Nothing has changed.
desk-decision-no-key = No key is registered for you. Bring signing.pub, in person, to whoever keeps the association’s machine, for: python -m bot moderator-key. Nothing has changed.
desk-decision-unknown-key = A signature is by a key that nobody registered here. Ask who signed; a key is registered with python -m bot moderator-key. Nothing has changed.
desk-decision-forged = A signature does not fit the document: one of the two was changed. Nothing has changed here. If this document is yours, make it again; if not, tell the technical team.
desk-decision-same = Both signatures are the same person’s. It takes one of somebody else, on her machine: python -m bot cosign. Nothing has changed.
desk-decision-not-yours = This document is signed by somebody else than you. It is theirs to send. Nothing has changed.
desk-decision-revoked = The second person who signed is no longer a member. Make the document again with somebody else. Nothing has changed.
desk-decision-may-not = The second person who signed has not the role that may decide this. Make the document again with somebody else. Nothing has changed.
desk-decision-one = It takes two signatures. Another person adds hers with python -m bot cosign. Nothing has changed.
desk-decision-used = This document was used before. To decide again, make a new one. Nothing has changed.
desk-decision-old = This document is more than a week old. Receive the testimony again with /get, then decide. Nothing has changed.
desk-decision-ahead = This document is dated in days to come. Set the date of your machine right, then make it again. Nothing has changed.
desk-decision-epoch = This document was made with files from before the key was rotated. Receive the testimony again with /get, then decide. Nothing has changed.
desk-decision-stale = This document was not made with what this testimony holds now. Receive it again with /get, and read it anew. Nothing has changed.
desk-decision-text = The text in this document does not open with the team’s key. Make it again with files received by /get and the team’s key that opens them. Nothing has changed.
desk-decision-no-record = The list of decisions already obeyed, or that of the keys, was changed. Tell the technical team: no decision is obeyed before they have looked. Nothing has changed.
desk-open-head = { $case } · read on your machine · { $language } · agreed use: { $share }
desk-open-warning = This text may be hard to read. You may wait.
desk-open-warning-hard = This text speaks of violence, threats or sexual acts. Take your time: you may leave it to somebody else.
desk-open-warning-insults = This text holds insults or threats, perhaps quoted. There is no hurry.
desk-open-read = Enter to read, then space to go on and q to close. Ctrl-C not to read.
desk-open-end = Check before approving: names, places, employer, dates, rare facts, other people, children, health, links. The decision mask takes words out. If a minor or a person in danger is concerned: python -m bot decide escalate
desk-open-partial = A part is missing: the story or the answers are not among these files.
desk-open-unproved = This machine cannot check where this text comes from: only the association’s desk can, while it is open.
desk-signer-set = A key to sign with is registered for { $name }: { $line }. If you did not expect this, ask them in person.
desk-signer-dropped = The key of { $name } is no longer registered: what it signs is not obeyed any more. If you did not expect this, ask the technical team.

## The quarantine

desk-quarantine =
    { $count ->
        [one] 1 testimony in quarantine:
       *[other] { $count } testimonies in quarantine:
    }
desk-quarantine-more =
    { $count ->
        [one] and 1 more.
       *[other] and { $count } more.
    }
desk-quarantine-empty = Nothing is in quarantine.
desk-quarantine-released =
    { $count ->
        [one] 1 testimony is back in the queue. /undo to go back.
       *[other] { $count } testimonies are back in the queue. /undo to go back.
    }
desk-quarantine-reject =
    { $count ->
        [one] Reject the testimony in quarantine? Read it first: it may be somebody telling what happened. To confirm: /quarantine reject yes
       *[other] Reject the { $count } testimonies in quarantine? Read a few of them first: somebody telling what happened may be among them. To confirm: /quarantine reject yes
    }
desk-quarantine-rejected =
    { $count ->
        [one] 1 testimony of the quarantine is rejected. /undo to go back.
       *[other] { $count } testimonies of the quarantine are rejected. /undo to go back.
    }
desk-quarantine-reopened =
    { $count ->
        [one] 1 testimony is in quarantine again.
       *[other] { $count } testimonies are in quarantine again.
    }
desk-summary-kept = Summary kept for { $case }, as below. It will appear in a digest.
desk-summary-refused = The person did not agree to a summary being published.
desk-redacted = Taken out of your text: { $kinds }
desk-note-kept = Note kept for { $case }.
desk-masked =
    { $count ->
        [one] 1 passage masked in { $case }.
       *[other] { $count } passages masked in { $case }.
    }
desk-mask-nothing = These words are not in the story of { $case }. Copy them as they are written.
desk-mask-placeholder = [removed]
desk-reply-kept = Reply signed and sealed for { $case }. The person will read it with the receipt.
desk-reply-impossible = The reply key of { $case } is not the testimony's own. Nothing was sent, the owners were told.
desk-no-story = There is no story left in { $case }.

## Publishing a sentence: two people

desk-quote = Sentence chosen by the person in { $case }. Check: no name, place, date or rare trade. It takes two different people.
desk-quote-none = The person offered no sentence.
desk-quote-refused = The person did not agree to a sentence being published.
desk-quote-unfit = The sentence of { $case } cannot be published: it is too long, or holds a number, a place, a date, a trade or a name. /mask can take a word out.
desk-quote-already = The sentence of { $case } is already released.
desk-quote-asked = Request kept for { $case }. Somebody else has to confirm.
desk-quote-wanted = A sentence waits for a second reader: /quote { $case }
desk-quote-released = The sentence of { $case } is released. It will appear at least one digest after the testimony.

## Deleting, banning

desk-delete-asked = Deletion of { $case } requested. Somebody else has to confirm.
desk-delete-wanted = The deletion of { $case } waits for a second person: /delete { $case }
desk-deleted = { $case } is erased, with everything that hangs on it.
desk-banned = The sender of { $case } can send no more testimonies until the next digest.
desk-no-tag = { $case } does not carry the mark that lets a sender be blocked.
desk-unbanned = The ban made from this testimony is lifted.
desk-not-banned = No ban was made from this testimony. Only the testimony it was made from lifts a ban.
desk-bans = Bans made from: { $bans }. To lift one: /unban and the testimony.
desk-bans-none = No ban at present.

## Digests

desk-digest-files = The same digest, as files to print, publish or compute with:
desk-digest-chart = The figures of this digest, as a picture:
desk-digest-sealed = Digest { $period }, sealed to your key. To open it: age -d -i your-key.txt -o digest.zip and the file’s name.
desk-digest-not-ready = Digest { $period } could not be laid out. The team was told, ask for it again later.
desk-digest-no-such = This is no digest’s number. The last one is { $last }. /digest list shows them all.
desk-digest-list = The digests. To receive one again, write /digest and its number:
desk-digest-listed = · { $number }: { $first } to { $last }
desk-digest-none = No digest was made yet.
desk-digest-too-few = No digest yet: it takes at least { $min } people. The period stays open and goes on.
desk-digest-waits-locked = A digest is due. It waits for the desk to be opened.
desk-digest-working = Computing the digest over { $total } testimonies…
desk-digest-preview-open = Preview, nothing is frozen. A digest made now would say:
desk-digest-preview-frozen = Digest { $period }, frozen. State: { $state }
desk-digest-frozen = Digest { $period } is frozen. /digest preview to read it, /digest approve to approve it.
desk-digest-nothing = No frozen digest is waiting. /digest send makes one and sends it.
desk-digest-approved = Digest { $period } is approved. It leaves for the partners.
desk-digest-held = Digest { $period } is held. /digest approve releases it.
desk-digest-is-held = Digest { $period } is held. Approve it first with /digest approve.
desk-digest-sent =
    { $failed ->
        [0] Digest { $period }: sent to { $sent } of { $total }.
       *[other] Digest { $period }: sent to { $sent } of { $total }, failed: { $failed }. It will be tried again.
    }
desk-digest-cannot-read = Digest { $period } cannot be read back. The owners were told.
desk-digest-not-approved = Digest { $period } is marked as approved, and nobody approved it here. It is not sent. The owners were told.
desk-digest-made-before = Digest { $period } was made once before, and is no longer in the database. Nothing is counted. The owners were told.
desk-digest-uncounted = The digest that is due could not be counted. Nothing is lost: it is tried again every minute. If it does not come, the technical team should look at the machine’s memory.
desk-digest-due = A digest is due, it is not made yet.
desk-digest-broken = These formats cannot be made: { $formats }. Nothing will leave before they can: tell the technical team.
desk-digest-unrendered = Digest { $period } could not be laid out ({ $formats }). Nothing is lost, nothing has left, and the program tries again by itself. Tell the technical team.
desk-digest-preview-chart = The picture of this digest:
desk-digest-preview-pdf = The document to print, as partners receive it:
desk-resend =
    { $count ->
        [one] 1 digest leaves for { $name }.
       *[other] { $count } digests leave for { $name }.
    }
desk-resend-nothing = { $name } has received every approved digest. To send one again, add its number.
desk-resend-unknown = No partner has this name. Partners: { $names }
desk-digest-line = { $period } · { $state }
desk-digest-delivery = { $name }: { $state }, tries: { $tries }
desk-digest-state-frozen = frozen, to approve
desk-digest-state-held = held
desk-digest-state-approved = approved
desk-delivery-due = to send
desk-delivery-sent = sent
desk-delivery-failed = failed
desk-delivery-given-up = given up
desk-delivery-next = Next try: { $at }.
desk-delivery-anew = /digest send starts sending again.
desk-delivery-paused = Paused, as the partner asked.
desk-delivery-gone = Is no longer a partner.
desk-delivery-unsound = This partner’s row was changed: remove it with /revoke, then invite it again.
desk-delivery-waits-locked = Digest { $period } has not arrived everywhere. It waits for the desk to be opened.
desk-delivery-failed-notice = Digest { $period } has not arrived at { $names } yet. { $why } Next try: { $at }.
desk-delivery-given-up-notice = Digest { $period } is given up for { $names } after a week of tries. { $why } /digest send takes it up again.
desk-undelivered =
    .unreachable = The network or the server does not answer.
    .insecure = The mail server offers no safe connection: check the SEUIL_SMTP settings.
    .login = The mail server refuses our account: check the SEUIL_SMTP settings.
    .refused = This address is refused: check it with the partner.
    .blocked = The partner blocked the program or left the conversation: reach them some other way.
    .full = There is no room left: make some on the disk, or in the partner’s mailbox.
    .unwritable = The folder is not there, or the program may not write to it: the technical team should look at SEUIL_DIGEST_FOLDER.
    .unrendered = A format cannot be made: tell the technical team.
    .unsealed = The partner’s key does not work: ask for a new age public key.
    .unset = A setting is missing for this way of sending: see .env.example.
    .other = Unknown cause: the technical team will find it in the program’s log.
desk-unopened =
    { $count ->
        [one] 1 item could not be opened for the digest. It is not counted.
       *[other] { $count } items could not be opened for the digest. They are not counted.
    }

## Members

desk-partners = Partners:
desk-partners-none = No partner. To invite one: /invite partner and a name
desk-partner-sealed = sealed to its key
desk-partner-paused = paused
desk-partner-added = { $name } will receive the next digests. /digest resend and the name sends the earlier ones.
desk-partner-there = Somebody receives digests at this place already.
desk-partner-example = By mail, a name, then an address: /partners mail Refuge digests@example.org. In a folder, a name of one word: /partners folder press
desk-partner-key = { $name } has given a key: its next digests will be sealed for it. Fingerprint: { $fingerprint }. If you did not expect this, ask the partner by some other means.
desk-partner-key-dropped = { $name } has removed its key: its next digests will no longer be sealed. If you did not expect this, ask the partner by some other means.
desk-partner-left = { $name } is no longer a partner, as it asked, and receives nothing any more.

## What a partner chooses

desk-language =
    { $language ->
        [fr] Your digests are in French.
        [en] Your digests are in English.
       *[other] Language of your digests: { $language }.
    } Languages: { $languages }. Example: /language fr
desk-language-set = Your digests and our messages will be in English.
desk-formats = You receive: { $names }. Formats: { $formats }. Example: /format text pdf. To go back to what is usual: /format all
desk-formats-set = You will receive: { $names }.
desk-paused = Nothing is sent to you until /resume. Digests wait for you.
desk-resumed = Sending goes on. What you missed leaves now.
desk-leave = If you confirm, you receive no digest any more and your place is erased. To confirm: /leave yes. For a mere pause: /pause
desk-left = Done: you are no partner any more and receive nothing. To come back, ask the association for an invitation.
desk-key-none = No key: your digests arrive unsealed. Send /key and your age public key, which starts with age1.
desk-key-is = Your digests are sealed to the key with fingerprint { $fingerprint }. /key remove takes it away.
desk-key-set = Key kept, fingerprint { $fingerprint }. Your next digests will be sealed to it. Keep your secret key well: without it they do not open.
desk-key-refused = This is not an age public key: one line that starts with age1. Nothing has changed. Never send your secret key.
desk-key-secret = Your message holds a secret key: it was not kept. If it is still in this conversation, delete it. Make a new pair of keys (age-keygen) and send only the public one, which starts with age1.
desk-key-dropped = Key taken away. Your next digests will arrive unsealed.
desk-verify = To check that a digest was not changed: minisign -Vm SHA256SUMS -P { $line }, then sha256sum -c --ignore-missing SHA256SUMS. The key must be the one the association gave you by another way than this conversation.
desk-verify-files = The signature of digest { $period }, to keep beside its files. Fingerprint of the digest: { $sha256 }
desk-invite = Invite code for { $role } ({ $name }), to hand over in person. It works once, for { $days } days:
desk-invite-roles = Write /invite, a role (owner, moderator, auditor, partner), then a name.
desk-revoked = { $name } is no longer a member.
desk-invite-withdrawn = The invitation of { $name } is withdrawn.
desk-revoke-unknown = Nobody has this name. Members: { $names }
desk-revoke-several = Several members have this name. Write the mark instead: { $names }
desk-revoke-last-owner = This is the last owner. Invite another one first.
desk-role-owner = owner
desk-role-moderator = moderator
desk-role-auditor = auditor
desk-role-partner = partner
desk-joined = Welcome. Your role: { $role }. Write /help to see your commands.
desk-chat-moved = Telegram has given this group another number. We can no longer delete what is above: delete it by hand.
desk-join-refused = This code is not valid, or was already used.
desk-join-already = You are a member already. This code was not used.

## Control

desk-audit-empty = The log is empty.
desk-audit-sound = The log is sound: { $lines } lines. Fingerprint of the last: { $head }. Write it down to compare later.
desk-audit-broken = The log is broken at line { $line }. Somebody changed it. Keep a copy of the files and tell the technical team.
desk-audit-cut = The log is broken: it was cut or written anew. The { $lines } lines that were known outside the database are not there. Keep a copy of the files and tell the technical team.
desk-audit-head-damaged = The file audit.head was changed: nothing outside the database vouches for the log any more. Keep a copy of the files and tell the technical team.
desk-lock-done = The desk is locked. The keys are no longer in memory.
desk-keys-rotated = The team’s keys were rotated: the desk has locked itself. To open it, at the console: python -m bot unlock
desk-status = Fingerprint of the team’s key: { $fingerprint }. To read: { $waiting }. Approved, not yet counted: { $ready }. Digests waiting: { $digests }. Locks after { $minutes } min without activity.
desk-key-which = Which key? Write the number of a past epoch whose key still exists, such as: /key destroy 1. At the console: python -m bot keys status
desk-key-destroy-asked = Destruction of the key of epoch { $epoch } ({ $fingerprint }) requested. Somebody else has to confirm.
desk-key-destroy-wanted = Destroying the key of epoch { $epoch } ({ $fingerprint }) waits for a second person: /key destroy { $epoch }. Backups from before the rotation will not open any more.
desk-key-destroy-agreed = You are two: the key of epoch { $epoch } ({ $fingerprint }) is to be destroyed. It is done at the console, within seven days: python -m bot keys destroy { $epoch }
desk-status-key = This key (epoch { $epoch }) is to be rotated in { $days } d. Older keys that still exist: { $older }.
desk-status-key-due = This key (epoch { $epoch }) is due for rotation since { $days } d: python -m bot keys rotate. Older keys that still exist: { $older }.
desk-revoked-rotate = { $name } may have seen or kept keys. Rotate the team’s, at the console: python -m bot keys rotate, then python -m bot keys rewrap. If { $name } knew the passphrase: python -m bot keys passphrase
desk-status-signal = Signal: signal-cli { $version }, in service here for { $days } d.
desk-status-signal-old = Signal: signal-cli { $version }, in service here for { $days } d. That is old: Signal refuses programs that are out of date. The technical team must install a newer one.
desk-status-verify =
    { $count ->
        [0] Nothing for the association to verify.
        [one] 1 point for the association to verify: python -m bot check
       *[other] { $count } points for the association to verify: python -m bot check
    }
desk-alarm-item = Alarm: a part of { $case } ({ $part }) cannot be opened. Compare the key's fingerprint with /status and read /audit.
desk-alarm-unopened = Alarm: some of what is kept ({ $count }) opens with none of our keys. It was left as it is. Somebody may have written to the database: tell the technical team.
desk-alarm-command = Alarm: a command in the queue cannot be opened. It was set aside.
desk-alarm-digest = Alarm: digest { $period } is not the one that was frozen. It is not sent. Restore the database from a backup.
desk-alarm-approval = Alarm: digest { $period } is marked as approved, and nobody approved it here. It is not sent. Somebody wrote to the database: ask who can. To send it all the same: /digest approve
desk-alarm-made-before = Alarm: digest { $period } was made before, and is no longer in the database. It was replaced by an older copy, or changed. Made again, the digest would count the same people once more, and could give them away. Restore a newer copy.
desk-alarm-audit = Alarm: the audit log was cut or written anew. Somebody wrote to the database. Keep a copy of the files and tell the technical team.
desk-alarm-reply = Alarm: the reply key of { $case } does not match. Somebody may have changed the database.

## Help, one line a command

desk-help = Your commands ({ $role }):
desk-help-help = /help: this list
desk-help-status = /status: the state of the desk and its key's fingerprint
desk-help-queue = /queue: what is waiting
desk-help-stats = /stats: the workload
desk-help-next = /next: take a testimony
desk-help-open = /open: read the one you took
desk-help-open_yes = /open yes: read it in spite of the insults announced
desk-help-get = /get: receive, sealed, the one you took
desk-help-decision = /decision document: send what you decided and signed
desk-help-quarantine = /quarantine: what was set apart as doubtful
desk-help-quarantine_release = /quarantine release testimony: put it back in the queue; without a reference, all
desk-help-quarantine_reject = /quarantine reject: reject all, after confirming
desk-help-quarantine_reject_yes = /quarantine reject yes: confirm; /undo takes it all back
desk-help-approve = /approve: approve it
desk-help-reject = /reject: reject it
desk-help-escalate = /escalate: pass it on to the owners
desk-help-undo = /undo: leave it, or take back your last decision
desk-help-summary = /summary text: write a summary without recognisable detail
desk-help-quote = /quote: see the sentence the person offered
desk-help-quote_yes = /quote yes: release it; it takes two people
desk-help-mask = /mask words: take them out of the story
desk-help-note = /note text: a note for the team
desk-help-reply = /reply text: answer the person, who reads it with the receipt
desk-help-delete = /delete testimony: erase everything; it takes two people
desk-help-ban = /ban: block the sender
desk-help-unban = /unban: lift a ban
desk-help-digest = /digest: the digests and their deliveries
desk-help-digest-partner = /digest: receive the last digest again, or another by its number
desk-help-digest_list = /digest list: the digests and their deliveries
desk-help-digest_list-partner = /digest list: every digest
desk-help-digest_resend = /digest resend name: send past digests to a partner
desk-help-verify = /verify: check the signature of a digest
desk-help-language = /language fr or en: the language of your digests
desk-help-format = /format text pdf csv json page: what you receive
desk-help-pause = /pause: receive nothing for now
desk-help-resume = /resume: receive again, and what is missing
desk-help-key = /key age1…: seal your digests to your key
desk-help-key_remove = /key remove: seal them no more
desk-help-leave = /leave: be a partner no more
desk-help-leave_yes = /leave yes: confirm it
desk-help-digest_preview = /digest preview: read the next digest
desk-help-digest_approve = /digest approve: approve it
desk-help-digest_hold = /digest hold: hold it back
desk-help-digest_send = /digest send: make it and send it
desk-help-partners = /partners: the partners
desk-help-partners_mail = /partners mail name address: a partner who receives by mail
desk-help-partners_folder = /partners folder name: a partner who receives in a folder
desk-help-invite = /invite role name: make an invite code
desk-help-revoke = /revoke name: remove a member
desk-help-audit = /audit: the last lines of the log
desk-help-audit_verify = /audit verify: check the whole log
desk-help-key_destroy = /key destroy epoch: let an old key be destroyed; it takes two people
desk-help-lock = /lock: lock the desk

### All that Seuil says in conversation, after the French.
### One idea a message, three sentences and 300 characters at most. Plain words, present tense.
### No praise, no pity, no verdict, no promise; nothing that presses anyone to file a complaint.

## The words that can be typed at any moment

word-help = HELP
word-skip = SKIP
word-back = BACK
word-pause = PAUSE
word-stop = STOP
word-erase = ERASE
word-done = DONE
word-next = NEXT
word-continue = CONTINUE
word-yes = YES
word-no = NO

# What is accepted for the same word, separated by commas; accents and case do not count.
# The words of each language work in all languages.
alias-help = help, help me, sos
alias-skip = skip, pass, skip it, skip this, skip this question
alias-back = back, go back, previous
alias-pause = pause, break, take a break, later
alias-stop = stop, quit, exit
alias-erase = erase, erase all, erase everything, delete all, delete everything
alias-done = done, i am done, i’m done, finished, i have finished, that’s all
alias-next = next, next page, more
alias-continue = continue, resume, go on
alias-yes = yes, yes please, yeah, yep
alias-no = no, no thanks, no thank you, nope, nothing, nothing else

## Welcome and the way

welcome = Hello, here you can tell what happened when someone came to your home for their work; volunteers of the association read it afterwards. A program answers: not a person, not an emergency service, and no complaint is filed. STOP ends and erases, at any time.

option-line = { $number }. { $label }
option-chosen = { $label } (chosen)
several-hint = Several answers are possible. Write the numbers, for example 1 3, then DONE.
page-of = Page { $page } of { $pages }. NEXT shows another page of the list.
page-of-text = Page { $page } of { $pages }. Write NEXT to read the next page.
progress = Step { $n } of { $of }.
progress-start = It all takes about 15 minutes, and any question can be skipped. PAUSE keeps what you wrote, STOP erases it.

stage-threshold = First, a few short questions.
stage-story = Your own words first. { progress-start }
stage-facts = Next come questions with lists. They serve for grouped figures, and you can skip any of them.
stage-after = The next questions are about what came afterwards. They also serve for grouped figures; for help right away, write HELP.
stage-choose = What is left is to choose what your testimony may be used for.

not-understood = To answer, write the number of a line. You can also write SKIP.
not-kept = What you just wrote is not kept here. To tell it, go back to your account with BACK, or begin with /start.
free-text-kept = Noted, in your own words.
narrative-more-messages = Received. Go on, or write DONE.
too-much = There is no room left for this message. What you wrote before is here. Write DONE to move on.
edit-too-late = You have just edited a message older than your last answer: nothing changes here. To take an answer again, write BACK, or wait for the review.
button-old = This button belongs to an older message. Here is where you are.
reply-old = Your reply quotes an older message: it is not taken into account. Here is where you are. To take an answer again, write BACK.
unread-garbled = Your last message did not arrive readable. You can send it again.
unread-long = Your message is too long: nothing of it is kept. You can send it in several parts.
edited-replaced = Your edited message replaces the previous one.

validation-story = Thank you for writing it. What this person did is not your fault.
validation-care = Thank you for saying it. What this person did is not your fault, and you are the one who decides what comes next.

# { $lines }: two or three help lines, one a line.
care-block = Care and an examination are possible, even without a complaint. Some care helps more early on, and going later is still possible. A doctor or an emergency department can also record injuries, in case you need that.
    { $lines }

## Danger, and the words that alert

crisis-offer = You can reach these numbers now, even if you are not certain. Would you like to go on here, or take a break?
    .go_on = Go on
    .pause = Take a break
    .erase = Erase and leave

danger-offer = Your safety comes first: nothing of this exchange is kept by us. ERASE also takes away the messages shown here, if the app allows it. Once you are safe, you can come back by writing /start.
danger-unsure = You can call now, even if you are not certain. You can also go on here, at your own pace.

minor = Here, people can testify from the age of 18; nothing of this exchange is kept by us. Elsewhere, someone can listen to you: in France, 119 and 3018 are free of charge. For other lines, write HELP.

## Agreement

# The words of each channel follow this notice (consent-notice-channel-…), then consent-limit.
consent-notice = Volunteers of the association read what you send, to draw grouped figures from it and, if you wish, a summary or a sentence, for other associations. The story is erased { $story_days } days after their decision, the answers to lists { $coded_months } months after. Write no name; a receipt lets you withdraw this testimony.
consent-notice-channel-telegram = Telegram can read conversations with a program like this one. Signal, if the association is there too, cannot. In both cases the association’s server sees what you write at the moment you send it.
consent-notice-channel-signal = Signal cannot read this conversation. The association’s server does see what you write at the moment you send it.
consent-notice-vanish = Here each message disappears by itself { $hours } hours after it is sent or read.
consent-notice-channel-terminal = This conversation goes through no messaging service. Anyone with access to this computer can see what you type at the moment you type it.
consent-notice-channel-web = This conversation goes through no messaging service. The association’s server sees what you write at the moment you send it, and the browser may keep the address of this page.
consent-limit = There is a limit to secrecy. If a story tells of ill-treatment or sexual assault of someone under 18, or someone unable to protect themselves (age, illness, disability, pregnancy), French law asks that the authorities be told (criminal code, article 434-3). We do not ask who you are.
consent-refused = Understood: nothing is kept. Help and rights stay open.
nothing-told = You skipped all the questions: there is nothing to keep. Help and rights stay open.
nothing-kept = Understood: nothing is kept, and what was written is erased. Help and rights stay open.

## What we do with your data (/privacy)

privacy-1 = Responsible for these data: { $operator }. To write to them: { $contact }.
privacy-2 = We keep your answers and your story, with your consent, to make grouped figures and to make these facts known. The numbers, addresses and names that the program recognises are taken out before anything is stored. Your account is not kept with the testimony.
privacy-3 = Partner associations receive the grouped figures and, if you chose so, a summary or a sentence that the team has read again. Nothing is sold; nothing else is passed on, unless the law demands it. You can ask the association who they are.
privacy-4 = A draft is erased { $hours } hours after its start at the latest. The story is erased { $story_days } days after the team’s decision, the answers to lists { $coded_months } months after. Figures already published point to nobody and stay.
privacy-5 = With your receipt you can add to or withdraw your testimony as long as it is kept. Without a receipt we do not know which testimony is yours. You can also turn to the CNIL, the French authority that protects data: cnil.fr.
privacy-6 = Telegram can read conversations with a program. Signal cannot. In both cases our server sees what you write at the moment you send it; the finished testimony is put under lock, and the team opens it to read it.
privacy-7 = Anyone who holds your unlocked phone can read what is not erased. ERASE takes away the draft and the messages that the app lets us delete; the rest is erased by hand. A testimony already sent is withdrawn with the receipt.
privacy-8 = A testimony that was withdrawn or erased can no longer be read on our server. It can still be, under lock, in a backup for about { $backup_days } days; such a backup is of use only if the server is lost.

operator-unnamed = the association that runs this program (its name is not given yet)
contact-unnamed = the address is not given yet

## Stopping, coming back, erasing

paused = Paused: what you wrote is erased { $hours } hours after the start at the latest, and the messages stay on the screen. To go on, write CONTINUE; to erase everything, ERASE. We send no reminder.
resume-offer = You can go on from where you were.
    .resume = Continue
    .erase = Erase
expired = What was begun is erased: the time has passed, or our server was restarted. You can start again whenever you like.
stopped = Stopped, and what was begun is erased. To come back, write /start.
ended = The conversation is over. To come back, write /start.
erased = Done.
remains-telegram = This message stays, and any older than two days: the menu of the conversation lets you delete all of it.
remains-signal = We can remove only our own messages: this one and yours remain. The chat’s menu lets you delete all of it.

## Pictures, voice, files

media-refused = Pictures, voice messages and files are neither opened nor downloaded here; what you have just sent stays on the screen, and you can delete it. You can keep the original, with its date, and a copy somewhere else than on this phone. You can go on in your own words.

## Reading it over

review-intro = This is exactly what will be kept. If a name, a number or an address is left, you can take out the sentence. You can also change an answer, or erase everything.
review-story-head = Your words:
review-answers-head = Your answers:
review-answer = { $question } { $answer }
review-removed = Taken out: { $kinds }. It is to protect you, and because the law does not allow us to keep what points to someone.
review-menu = What would you like to do with this text?
    .keep = Go on with this text
    .change = Change an answer
    .remove = Take out a sentence
    .erase = Erase everything

kind-phone = phone number
kind-email = e-mail address
kind-handle = user name
kind-link = link
kind-address = address
kind-postcode = postcode
kind-door = floor or door code
kind-plate = number plate
kind-iban = account number
kind-nir = social security number
kind-siret = company number
kind-card = card number
kind-case_number = file number
kind-number = string of digits
kind-place = place
kind-date = date
kind-time = time
kind-name = name
kind-company = company name
kind-receipt = words of a receipt

change-which = Which answer would you like to change?
    .narrative = Your story, to add to it
    .narrative_more = What you added
    .gate_physical = Gestures and physical contact
remove-which = Which sentence would you like to take out? BACK returns you to the whole text.
removed-sentence = This sentence is taken out.
nothing-to-remove = There is no sentence to take out.

## Choosing and sending

share-explained = Grouped figures count your answers together with other people’s. The summary is written by the team, without what would make you recognised; the sentence is chosen by you, and two people read it over. Associations receive them, and may make them public.
quote-which = Which sentence may be quoted? Two people of the team read it over first.
    .no_quote = None: grouped figures only
# { $quote }: the exact sentence, 200 characters at most.
quote-shown = Is this the sentence that may be quoted: “{ $quote }”?
    .yes = Yes, this one
    .other = Another one
    .no = None: grouped figures only
confirm = This is the last step. Once sent, the testimony can no longer be read here; with a receipt you can add to it or withdraw it. Would you like to send it?
    .send = Send
    .back = Go back and read it over
    .erase = Erase everything

sealing-failed = The testimony could not be put under lock, so nothing is sent. What you wrote stays in the draft, with the same time limit. To try again later, write CONTINUE.
sending-busy = Many testimonies are arriving at this moment, and yours is not sent yet. What you wrote stays in the draft, with the same time limit. In a minute, you can choose “Send” again.
sent = It is sent, thank you. The team reads it and decides whether it goes into the figures; it cannot write to you, but may leave a reply, to be read with the receipt. The story is erased { $story_days } days after that decision, the answers to lists { $coded_months } months after.
receipt = Your receipt, in eight words:
    { $words }
    They will not be shown again: write them on paper rather than in the phone.
not-accepted = This testimony is not kept. To ask for an explanation, the association’s address is in /privacy. Help and rights stay open.
receipt-use = With these words, on any phone, you can add to or withdraw your testimony, or read a reply: write /receipt. Without them we cannot find it again. They let nobody read your story again.

## The end

closing = Would you like anything else before you finish? “Finish” also takes off the screen the messages that the app lets us delete, the eight words included.
    .help = Help lines
    .grounding = A short, calm exercise
    .hide = Hide the eight words, once noted
    .clear_chat = How to erase this conversation
    .end = Finish
receipt-copy = Copy the eight words
receipt-hidden = If the app allows it, the eight words are taken off the screen. If they are still there, you can delete that message by hand, once you have noted them.
grounding = If you like, feel what carries you: the floor under your feet, or the seat. Then name, without speaking, five things you see or hear around you. Take the time you need.
clear-chat-telegram = To erase this conversation, open its menu, then “Delete chat”. Choose to delete it on both sides if that is offered. Notifications already received are removed separately.
clear-chat-signal = To erase this conversation, press and hold it in the list, then choose to delete it. Notifications already received are removed separately.
clear-chat-terminal = To erase what is on the screen, close this window, or type clear once the program has ended.
clear-chat-web = To erase this page, close it, then remove it from the browser’s history.

## The receipt (/receipt)

receipt-menu = You have a receipt of eight words. What would you like to do?
    .read = Read a reply
    .add = Add something
    .withdraw = Withdraw the testimony
    .end = Go back
receipt-ask = Write the eight words of your receipt, in order.
receipt-form = A receipt is eight words, in order. What you have just written is not kept.
receipt-typo = One of the words does not seem right. Write them again, in order.
# The same sentence for an unknown receipt, a withdrawn testimony, and no reply.
receipt-nothing = There is no message to read with these words.
receipt-too-many = There have been many tries. You can start again in ten minutes.
receipt-reply = The team’s reply: { $text }
add-ask = What would you like to add? Please write no name, number or address. The eight words of your receipt will be asked for next.
added = It is passed on, if these are the words of a testimony.
withdraw-ask = To withdraw your testimony, write the eight words of your receipt, in order. It is erased from our server at once and cannot be brought back; figures already sent to associations stay. BACK cancels.
withdrawn = Done: nothing is kept under these words.

## Help (/help)

help-intro = Help is open at any moment, without telling anything. For another language, write /language; for another country, choose “Change country”.
help-country = In which country are you looking for help?
    .FR = France
    .BE = Belgium
    .CH = Switzerland
    .LU = Luxembourg
    .CA = Canada
    .GB = United Kingdom
    .ES = Spain
    .DE = Germany
    .other = Another country
help-menu = What kind of help do you need?
    .danger = Danger, right now
    .talk = Talking to someone
    .sexual = Sexual violence
    .digital = Messages, insults online
    .minor = For someone under 18
    .suicide = Thoughts of death or suicide
    .rights = Rights, a complaint
    .care = Medical care
    .country = Change country
    .end = Go back
help-head =
    .danger = You can reach now:
    .talk = To talk to someone:
    .sexual = For sexual violence, at any age:
    .digital = For messages or insults online:
    .minor = For people under 18:
    .suicide = When you think of dying:
    .rights = To know your rights, or for a complaint:
    .care = For medical care:
help-line = { $number }: { $who }. { $hours }, { $cost }.
help-line-anonymous = { $number }: { $who }. { $hours }, { $cost }, anonymous.
# A short line, for care-block and emergencies.
help-line-short = { $number }: { $who }.
help-dated = These details come from public sources, the oldest of { $year }. The team has not checked all of them. If a line does not answer, you can try another.
help-no-country = We have no list for this country. In Europe, 112 answers day and night. Elsewhere, it is the emergency number of the country.
help-no-lines = We have no line of this kind for this country. The other choices stay open.

## The rest

language-changed = We go on in English.
failed = Something did not work on our side, and your last message is not kept. You can send it again in a moment.
too-fast = Your messages come too fast: the last ones are not kept, those before are. Wait a minute, then send the last ones again.
busy = Many people are writing at this moment, and your message is not kept. You can write /start again in { $minutes } minutes. Help stays open: in danger, in Europe, 112 answers day and night; for other numbers, write HELP.

# Read before any conversation, and over a shoulder: nothing here tells what the program is for.
profile-description = A place to write to the association, at your own pace. To begin: /start. To know what is kept: /privacy.
profile-short = To write to us, at your own pace.
profile-menu =
    .group_help = your commands
    .pause = stop, and come back later

commands-help = At any moment, you can write:
    /start: begin or go on
    /help: help lines
    /rights: your rights
    /privacy: what is kept
    /language: change language
    /receipt: use a receipt
    /erase: erase what is not sent

### The digest: what partner associations read.
### Words we keep (see also bot/disclosure.py): "people", "said", "unverified testimonies", "the person who came".
### Never a word that judges the person who came: nothing is verified, nobody is named.
### The codes of the rows are in bot/tally.py.

digest-title = Digest number { $number }
digest-period = Testimonies accepted between { $first } and { $last }.
digest-period-one = Testimonies accepted in { $month }.
digest-people = { NUMBER($count) } { digest-people-told }
digest-people-told = people said that they met with unwanted messages, words or acts, from someone who came to their home for work.
digest-people-change =
    .more = The total is { NUMBER($by) } higher than in digest number { $since }.
    .fewer = The total is { NUMBER($by) } lower than in digest number { $since }.
    .same = The total is the same as in digest number { $since }.
digest-unverified = These are unverified testimonies. Numbers are rounded to the nearest multiple of 5.
digest-month =
    .m01 = January { $year }
    .m02 = February { $year }
    .m03 = March { $year }
    .m04 = April { $year }
    .m05 = May { $year }
    .m06 = June { $year }
    .m07 = July { $year }
    .m08 = August { $year }
    .m09 = September { $year }
    .m10 = October { $year }
    .m11 = November { $year }
    .m12 = December { $year }

## The rows

digest-row = { $label }: { NUMBER($count) } people, { $percent }%
digest-row-change =
    .more = { $row }, { NUMBER($by) } more
    .fewer = { $row }, { NUMBER($by) } fewer
    .same = { $row }, as many
digest-total = People counted
digest-several = Several answers were possible.
digest-rest = Other, not stated or grouped
digest-left-merged = Grouped in the line before: { $labels }.
digest-left-withheld = Not told: { $labels }.
digest-between = { "; " }
digest-nothing = No number of this table can be told without a risk that someone is recognised.
digest-cross-row = { $label }, of whom:
digest-cell = { $label }: { NUMBER($count) } people
digest-cross-left = The other numbers of this table are not told.
digest-status =
    .published = Told: at least { $k } people, and never nearly all of them.
    .total = Told: all the people counted.
    .rest = Told: the people who are not in the other numbers told, at least { $k }.
    .merged = Grouped: counted with the answers that are other or not stated.
    .withheld = Not told, by statistical confidentiality: fewer than { $k } people, or nearly all of them, or a number that would let another be worked out. The reason is never said.

## The tables

digest-what_happened = What people said they lived through
    .data_misuse = Contact details used for private ends
    .messages = Messages, calls or contact on social networks
    .letters_gifts = Notes, letters or gifts
    .remarks = Remarks, staring or insults
    .presence = Coming back without appointment, refusing to leave or waiting outside
    .intrusion = Entering without consent, watching or touching belongings
    .threats = Blackmail or threats
    .physical = Physical gestures or contact
digest-who_came = The work of the person who came
    .telecom_energy = Internet, telephone, electricity, gas or meters
    .delivery_transport = Delivery, moving or transport
    .repair_works = Repairs or building works
    .building_housing = Building or housing
    .personal_services = Cleaning, care, childcare or lessons
digest-who_sent = Who had sent the person who came, according to testimonies
    .telecom_operator = Telecommunications operator
    .energy_water = Energy or water
    .subcontractor = Subcontractor
    .platform_delivery = Platform or delivery company
    .landlord = Landlord, agency or managing agent
    .self_employed = Self-employed
digest-contact_source = How the person who came had the contact details, according to testimonies
    .client_file = From the customer file
    .given_for_visit = Given for the appointment
    .app = Through an app
    .door_or_letterbox = From the door or the letterbox
    .lives_or_works_here = By living or working in the building
digest-repetition = How many times
    .ongoing = It is still going on
    .more_than_five = More than five times
    .two_to_five = Two to five times
    .once = Once
digest-when_period = Time since it last happened
    .under_three_months = Less than three months
    .three_to_twelve_months = Three months to a year
    .one_to_six_years = One to six years
    .over_six_years = More than six years
digest-told_whom = Whom people say they told, other than a company or a landlord
    .friends_family = Friends or family
    .police_gendarmerie = The police
    .association = An association
    .doctor = A doctor
    .lawyer = A lawyer
    .cnil = The data protection authority (CNIL)
    .social_media = Social networks
digest-company_reaction = The answer of the company or the landlord, according to testimonies
    .dismissed = Minimising, blaming, refusing or defending the person who came
    .no_answer = No answer
    .listened = They listened, and nothing followed
    .acted = They acted or promised to
    .told_nobody = Told nobody at all
digest-consequences = What changed for people, as they said
    .fear_home = Fear at home
    .sleep = Sleep
    .avoid_appointments = Letting nobody come any more
    .changed_habits = Number or locks changed, social networks left
    .moved = Moving house
    .work_study_money = Work, studies or money
    .health = Health
    .relationships = Relations with others
digest-needs = What people say they need
    .be_heard = To be heard
    .stop = That it stops
    .rights_legal = To know their rights, to have legal help or help with a complaint
    .talk_medical = To talk to someone or to receive care
    .protect_data = That their data is protected
    .change = That the company changes, that it does not happen to others
digest-happened_by_who_came = What was said to have happened, by the work of the person who came
digest-happened_by_reaction = What was said to have happened, by the answer of the company or the landlord

## The words

digest-summaries = Summaries written by the team
digest-quotes = Sentences chosen by those who wrote them
digest-quote = “{ $words }”

## The report: the page and the PDF

digest-subject = Testimonies of unwanted messages, words and acts, from people who came to a home for their work
digest-label = Unverified testimonies
digest-skip = Skip to the content
digest-contents = Contents
digest-headline = In brief
digest-often = Among the most frequent answers
digest-count = { NUMBER($count) } people
digest-number = { NUMBER($count) }
digest-percent = { $percent }%
digest-by =
    .more = { NUMBER($by) } more
    .fewer = { NUMBER($by) } fewer
    .same = as many
digest-section =
    .tables = The answers
    .crosses = The answers, crossed
    .words = What testimonies say
    .glossary = Glossary
    .help = Where to find help
    .change = What changed since digest no. { $since }
digest-column =
    .answer = Answer
    .all = All
    .question = Question
    .share = Share
    .people = People
    .change = Since digest no. { $since }
    .line = Number or site
    .who = For whom
    .when = When, at what cost
    .source = Source
digest-of-all = Shares are of all people counted. The order of the lines stays the same from one digest to the next.
digest-cross-note = Numbers of people. “Grouped”: counted in the last column. “n/t”: not told. A person may be in several rows.
digest-untold =
    .merged = grouped
    .withheld = not told
    .short = n/t
digest-change-most = The largest changes in numbers of people, among the answers told in both digests:
digest-change-none = No answer told in both digests changed by more than { $rounding } people.
digest-chart = Bar chart. { $label }: { $labels }.
digest-help-note = This information comes from public sources, some of them old. Check it before passing it on.
digest-help-unsourced = No source found
digest-term =
    .testimony = Unverified testimony
    .person = Person counted
    .came = Person who came
    .period = Period
    .share = Share
    .rounded = Rounded
    .threshold = Threshold
    .published = Told
    .merged = Grouped
    .withheld = Not told (n/t)
    .fingerprint = Fingerprint
digest-meaning =
    .testimony = What a person says that she or he lived through. The association does not try to confirm it.
    .person = Someone of whom at least one testimony is in this digest. Numbers count people, never acts.
    .came = Someone who came to a home for work, or whose work brings them into contact with those who live there.
    .period = The months in which the team read and accepted the testimonies. Some may have been received before. Two digests have no testimony in common.
    .share = Of 100 people counted, how many gave this answer. Those who skipped the question stay in the total.
    .rounded = Brought to the nearest multiple of { $rounding }.
    .threshold = The smallest number of people that may be told. In this digest: { $k }.
    .published = Shown, once rounded: at least { $k } people, and never nearly all of them.
    .merged = Counted with the answers that are other or not stated, never alone.
    .withheld = Kept back: the number is too small, or close to the total, or would let another be worked out. This is statistical confidentiality. The reason is never said.
    .fingerprint = A row of letters and digits computed from the whole digest. Two copies with the same fingerprint are the same digest.

## The method and its limits

digest-method = How this digest is made, and what it does not say
    .unverified = These testimonies are not verified. They tell what people said. They tell nothing certain about a company or a person.
    .not_everyone = People who testify have chosen to: this is no representative sample. This digest does not measure how many people live through this.
    .person_once = A person who testifies several times in the period, from the same account, is counted once.
    .consent = Only testimonies given for figures, accepted by the team after reading, and not withdrawn before this digest, count. Refusals to consent are counted nowhere.
    .first_category = If a person had several answers from the company or the landlord, only the least favourable one is counted.
    .no_category = “Other”, “I do not know”, “I prefer not to say” and skipped questions have no line of their own. Percentages are of all people counted.
    .small = No number under { $k } people is told.
    .merged = Where only one answer is possible, small numbers are grouped with the answers not stated. That group too holds at least { $k } people.
    .withheld = Elsewhere, a number is not told if it is too small, if it is close to the total, or if it would let another be worked out. This is statistical confidentiality.
    .rounded = Each number is rounded by itself, to the nearest multiple of { $rounding }. Percentages are computed from rounded numbers.
    .sums = Because of rounding, the lines may not quite add up to the total. A difference of { $rounding } from one digest to the next may come from it too.
    .not_asked = Region, language, age and household are not told: they would help to recognise someone.
    .frozen = This digest is frozen: all associations receive the same numbers. A testimony withdrawn afterwards stays counted in it.
    .change = Changes are computed from numbers told. They depend on how many people testify and on how long the periods are: they do not say whether such acts increase or decrease.
    .quotes = Each sentence was chosen by the person and read again by two members of the team. It comes from an earlier period, and the order is random.
digest-fingerprint = Fingerprint of this digest (SHA-256): { $sha256 }

## The mail that carries a digest, and its files. The subject tells nothing to who looks over a shoulder.

letter-subject = { $name }: digest number { $number }
letter-hello = Hello, this is digest number { $number }. The attached files give the same numbers.
letter-hello-attached = Hello, digest number { $number } is in the attached files.
letter-files = Attached files: { $names }.
letter-sealed = Hello, digest number { $number } is in the attached file, { $file }. It is sealed: only your association’s age key opens it.
letter-open = To open it, save this file beside your key, then, in a terminal:
letter-key-file = your-key.txt
letter-unpack = Then open { $file }: everything is in it. If age does not know your key, take version 1.3 of it, or a newer one.
letter-lost-key = If the key is lost, give a new public key to the association that sends this digest. It can then send it again.
letter-verify = To check that nobody changed anything in it, with the program minisign:
letter-verify-key = The key that begins with RW must be the one that the association gave you by another way than this mail.
letter-machine = This mail is sent by a program, for the association that collects the testimonies.

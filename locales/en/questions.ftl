### The questions: one message a question, one attribute an option.
### The codes are in bot/questions.py; an option fits in 40 characters.
### Rules: never "why", nothing suggested before her own words, no company's name, no one identified.

## Threshold

lang = Dans quelle langue voulez-vous parler ? / Which language would you like?
    .fr = Français
    .en = English

danger_now = Are you in danger right now?
    .yes = Yes
    .no = No
    .unknown = I don’t know

intent = What would you like to do?
    .testify = Tell what happened
    .rights = Know my rights
    .help = Find help
    .withdraw = I have a receipt: read, add, withdraw

adult = Are you 18 or over?
    .yes = Yes
    .no = No

consent_collect = Do you agree to your answers being kept and read in this way? Without your agreement nothing is kept, and rights and help stay open to you.
    .accept = I agree
    .refuse = I do not agree

## Story

narrative = Tell it in your own words, starting wherever you like: there is no right or wrong way to tell it. Please write no name, number or address. You can send several messages; at the end, write DONE.

narrative_more = Would you like to add anything else? If not, write SKIP.

## Facts

who_came = What was this person’s job?
    .telecom_technician = Internet or telephone
    .electrician = Electricity or gas
    .plumber = Plumbing or heating
    .locksmith = Locksmith
    .meter_reader = Meter reading
    .delivery = Delivery (parcels, groceries, meals)
    .mover = Moving home
    .real_estate = Estate agency or survey
    .caretaker = Caretaker of the building
    .landlord_self = Landlord, or their representative
    .works = Building work
    .appliance = Appliance repair
    .cleaning = Cleaning or ironing
    .home_care = Home help or care
    .childcare_tutor = Childcare or lessons
    .driver = Taxi or ride service
    .pest_inspection = Pest control or inspection
    .sales = Door-to-door sales
    .public_agent = Public service (post, town hall…)
    .other = Other
    .unknown = I don’t know
    .prefer_not = I’d rather not say

who_sent = As far as you know, who sent this person?
    .telecom_operator = An internet or phone operator
    .energy_water = An energy or water supplier
    .subcontractor = A subcontractor
    .marketplace_platform = An app or a website
    .delivery_company = A delivery company
    .landlord_agency = Landlord or managing agency
    .social_landlord = A social landlord
    .insurer = An insurer
    .shop = A shop
    .public_body = A public body
    .self_employed = They were self-employed
    .family_friend = Family, friends or acquaintances
    .unknown = I don’t know
    .prefer_not = I’d rather not say

contact_source = How do you think this person had your contact details?
    .client_file = From the customer file
    .given_for_visit = I gave them for the appointment
    .app = From an app
    .door_or_letterbox = From the door or the letterbox
    .lives_or_works_here = They live or work in the building
    .unknown = I don’t know
    .prefer_not = I’d rather not say

what_happened = What happened?
    .data_misuse = My details used for private ends
    .msg_unwanted = Unwanted messages
    .msg_appearance = A message about my looks
    .calls = Calls
    .letters = Notes or letters
    .gifts = Presents
    .social_media = Contact on social media
    .remarks_private_life = Remarks about my private life
    .remarks_sexual = Sexual or sexist remarks
    .staring = Staring
    .came_back = Coming back without an appointment
    .stayed = Refusing to leave
    .waited_outside = This person waited for me, followed me
    .entered_without = Coming in without my agreement
    .watched_filmed = This person watched me, filmed me
    .touched_objects = Touching my belongings
    .pressure = Blackmail or a bargain forced on me
    .threats = Threats
    .insults = Insults
    .other = Other
    .prefer_not = I’d rather not say

gate_physical = The next question is about gestures and physical contact, sexual too. You can skip it.
    .go_on = Go on
    .leave_out = Skip this question
    .pause = Take a break

what_physical = Was there any of these?
    .blocked = My way was blocked
    .touch_nonsexual = Unwanted physical contact
    .touch_sexual = Unwanted sexual contact
    .exposed = Indecent exposure
    .violence = Physical violence
    .assault_forced = A sexual act, forced or attempted
    .none = None of these
    .prefer_not = I’d rather not say

channel = By what means?
    .sms = Text message
    .call = Call
    .messaging_app = Messaging app
    .social_network = Social network
    .email = E-mail
    .letter = Letter or note
    .in_person_home = In person, at my home
    .in_person_building = In person, in the building
    .in_person_street_work = In person, outside or at work
    .doorbell_camera = Doorbell or camera
    .via_company_app = The company’s app
    .other = Other
    .prefer_not = I’d rather not say

repetition = How many times did it happen?
    .once = Once
    .two_to_five = 2 to 5 times
    .more_than_five = More than 5 times
    .ongoing = It is still going on
    .unknown = I don’t know
    .prefer_not = I’d rather not say

duration = Over how long, roughly?
    .one_day = A single day
    .under_one_month = Less than a month
    .one_to_six_months = 1 to 6 months
    .over_six_months = More than 6 months
    .unknown = I don’t know
    .prefer_not = I’d rather not say

when_period = When did it last happen, roughly?
    .under_three_months = Less than 3 months ago
    .three_to_twelve_months = 3 to 12 months ago
    .one_to_six_years = 1 to 6 years ago
    .over_six_years = More than 6 years ago
    .unknown = I don’t know
    .prefer_not = I’d rather not say

region = In which French region, or which country, was it?
    .auvergne_rhone_alpes = Auvergne-Rhône-Alpes
    .bourgogne_franche_comte = Bourgogne-Franche-Comté
    .bretagne = Brittany
    .centre_val_de_loire = Centre-Val de Loire
    .corse = Corsica
    .grand_est = Grand Est
    .hauts_de_france = Hauts-de-France
    .ile_de_france = Île-de-France
    .normandie = Normandy
    .nouvelle_aquitaine = Nouvelle-Aquitaine
    .occitanie = Occitanie
    .pays_de_la_loire = Pays de la Loire
    .provence_alpes_cote_d_azur = Provence-Alpes-Côte d’Azur
    .guadeloupe = Guadeloupe
    .guyane = French Guiana
    .martinique = Martinique
    .la_reunion = Réunion
    .mayotte = Mayotte
    .belgium = Belgium
    .switzerland = Switzerland
    .luxembourg = Luxembourg
    .canada = Canada
    .other_country = Another country
    .prefer_not = I’d rather not say

home_context = Who was in your home with you?
    .alone = Nobody but me
    .with_children = One or more children
    .with_adult = One or more other adults
    .other = Other
    .prefer_not = I’d rather not say

## Afterwards

told_whom = Have you told anyone?
    .nobody = Nobody
    .friends_family = Friends or family
    .company_service = The company’s customer service
    .company_dpo = The company’s data protection officer
    .employer_of_worker = This person’s employer
    .landlord_agency = Landlord or managing agency
    .platform = The app or website
    .police_gendarmerie = The police
    .cnil = The data protection authority (CNIL)
    .association = An association
    .doctor = A doctor
    .social_media = On social media
    .lawyer = A lawyer
    .other = Other
    .prefer_not = I’d rather not say

# "How did your friends or family react?": { $who } comes from reaction-who.
reaction = How did { $who } react?
    .no_answer = No answer
    .minimised = They played it down or joked
    .blamed = They blamed me
    .defended_worker = They defended the person who came
    .listened = They listened, and no more
    .handled_promised = They promised to act
    .handled_done = Something was done
    .refused_complaint = Complaint refused, or only noted
    .complaint_taken = Complaint recorded
    .too_early = It is too early to say
    .prefer_not = I’d rather not say

reaction-who =
    .friends_family = your friends or family
    .company_service = the company’s customer service
    .company_dpo = the company’s data protection officer
    .employer_of_worker = this person’s employer
    .landlord_agency = the landlord or the managing agency
    .platform = the app or the website
    .police_gendarmerie = the police
    .cnil = the data protection authority
    .association = the association
    .doctor = the doctor
    .social_media = people on social media
    .lawyer = the lawyer
    .other = the other person you told

after_report = After that, was there anything from the person who came to your home?
    .contacted_again = Contact again
    .apologies = Apologies
    .threats = Threats
    .nothing_more = Nothing more
    .unknown = I don’t know
    .prefer_not = I’d rather not say

backlash = When you spoke about it, what was there around you or online?
    .mockery = Mockery
    .online_insults = Insults online
    .online_threats = Threats online
    .pressure_to_retract = Pressure to take it back
    .support = Support
    .nothing = None of these
    .prefer_not = I’d rather not say

consequences = What has this changed for you?
    .fear_home = I am afraid in my home
    .sleep = My sleep
    .avoid_appointments = I let nobody come any more
    .changed_number = I changed my number
    .changed_locks = I changed the locks
    .moved = I moved home
    .work_study = My work or studies
    .health = My health
    .relationships = My relations with others
    .money = My budget
    .left_social_media = I left social media
    .none = None of these
    .other = Other
    .prefer_not = I’d rather not say

needs = What do you need now?
    .be_heard = To be heard
    .stop = For it to stop
    .know_rights = To know my rights
    .talk_to_someone = To talk to someone
    .legal_help = Legal help
    .complaint_help = Help with filing a complaint
    .protect_data = For my data to be protected
    .warn_others = For it not to happen to others
    .company_change = For the company to change
    .medical = Medical care
    .nothing_now = Nothing for now
    .prefer_not = I’d rather not say

## About you (a module an association may open)

about_age = What is your age group?
    .from_18_to_25 = 18 to 25
    .from_26_to_39 = 26 to 39
    .from_40_to_59 = 40 to 59
    .from_60 = 60 or over
    .prefer_not = I’d rather not say

about_gender = You are…
    .woman = A woman
    .man = A man
    .other = Other
    .prefer_not = I’d rather not say

## The choice

# Skipping this question is what `skipping` says in bot/questions.py: the sentence says so too.
consent_share = What may your testimony be used for? You decide; if you skip this question, it only serves grouped figures.
    .stats_only = Grouped figures
    .stats_and_summary = Figures and a summary
    .stats_and_quote = Figures, summary and a chosen sentence
    .none = Keep nothing

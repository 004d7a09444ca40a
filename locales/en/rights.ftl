### Rights, in France. To inform, never to judge: "may fall under", never "is".
### right-<id>, right-<id>-2…: one page a message; the pages and their sources are in bot/rights.py.
### Three sentences and 300 characters at most. Nothing presses anyone to file a complaint.

rights-intro = These pages inform: they do not replace a lawyer’s opinion. They describe French law only. Every step is optional, and you are the one who decides.
rights-none = The pages on rights describe French law only. For another country, a victim support association or a legal advice service of that country can answer you. Here are the help lines.
rights-menu = What would you like to read about?
    .whom = { right-whom.title }
    .evidence = { right-evidence.title }
    .delays = { right-delays.title }
    .data_misuse = { right-data_misuse.title }
    .company = { right-company.title }
    .minimised = { right-minimised.title }
    .cnil = { right-cnil.title }
    .sexist_remarks = { right-sexist_remarks.title }
    .sexual_harassment = { right-sexual_harassment.title }
    .moral_harassment = { right-moral_harassment.title }
    .malicious_calls = { right-malicious_calls.title }
    .home_entry = { right-home_entry.title }
    .voyeurism = { right-voyeurism.title }
    .sexual_assault = { right-sexual_assault.title }
    .threats = { right-threats.title }
    .online_attacks = { right-online_attacks.title }
    .police = { right-police.title }
    .telecom_mediator = { right-telecom_mediator.title }
    .landlord = { right-landlord.title }
    .defender = { right-defender.title }
    .lawyer = { right-lawyer.title }

## For all situations

right-whom = In danger: 17, 112, or a text message to 114. To talk to someone, write HELP. All that follows is optional, in the order you like.
    .title = Whom to turn to
right-whom-2 = The company, in writing: customer service and the person in charge of data. The CNIL, if your contact details served another end. The police or gendarmerie, who also answer by a chat, without asking your name: arretonslesviolences.gouv.fr.
right-whom-3 = Depending on the case: the telecoms ombudsman, the landlord, the Defender of Rights (Défenseur des droits). A lawyer, a justice and law centre, or the victim support office of a court can go with you.

right-evidence = Before a criminal court any proof may count: screenshots, voice messages, letters, witnesses. Keep them at home. Do not send them to us.
    .title = What to keep
right-evidence-2 = Keep the original messages, and screenshots that show the number, the date and the time; letters and their envelopes; the job number and the time of the appointment. If you block the number, take the screenshots first. A court officer (commissaire de justice) can also record them.
right-evidence-3 = You can write down, with dates, each event, who was there, and each exchange with the company or the landlord. If your health is affected, a medical certificate may count. Online, keep links and screenshots before everything disappears.

right-delays = For a complaint, the law sets limits: 1 year for a petty offence (contravention), 6 years for an offence (délit), 20 years for a crime. For harassment, the time runs from the last act. The rules are different if the victim was under 18.
    .title = Time limits
right-delays-2 = For a public insult or defamation, the limit is short: 3 months, or 1 year if it targets a person for their sex. Even when a limit seems past, a complaint can be filed: the prosecutor checks.

## Contact details

right-data_misuse = The company has your details for a job at your home. Using them for oneself, even once, may fall under misuse of data (French criminal code, article 226-21). The penalty is up to 5 years in prison and a fine of €300,000.
    .title = My details used for something else
right-data_misuse-2 = The company itself may use your data only for the stated purpose, and must protect them (GDPR, articles 5 and 32). Giving them to others without right may fall under article 226-22 of the criminal code, which is prosecuted only if the person concerned asks for it.

right-company = You can write to customer service and to the person in charge of data (the DPO). You can ask that this person be told not to contact you again, even to apologise, and that somebody else come. You can also ask for a written answer, with a file number.
    .title = Writing to the company
right-company-2 = You can ask which data the company has about you, to whom it gives them and who opened your file (GDPR, article 15). It has one month to answer. It does not always have to name its employees.
right-company-3 = You can ask for your data to be corrected, erased or no longer used (GDPR, articles 16, 17, 18 and 21), and for fewer people to be able to open your file. Keep your evidence first: an erasure may make it disappear as well.

right-minimised = “Offer him a coffee”, “it is a compliment”: you can answer in writing. For example: “I have reported to you messages that I did not want to receive. I ask in writing for the measures taken and a file number.”
    .title = Answering when it is played down
right-minimised-2 = You can add: “My contact details served another end than the job (GDPR, article 5). I ask that this person not contact me again.” A registered letter leaves a proof.

right-cnil = The CNIL is the French authority that protects data. It asks people to write to the company first, which has one month to answer. The complaint is then filed on cnil.fr, in French, with your identity, the company’s name and the proof of your steps.
    .title = The CNIL
right-cnil-2 = The CNIL can call a company to order or fine it. It does not judge harassment and awards no money to people. A criminal complaint can be filed without waiting for it.

## Words and messages

right-sexist_remarks = A single sexual or sexist remark or gesture, degrading or intimidating, may fall under sexist and sexual insult (criminal code, article R625-8-3), even in a private place. The fine is up to €1,500. The time limit is 1 year.
    .title = A sexual or sexist remark
right-sexist_remarks-2 = The penalty is higher in some cases, for example with several authors or a victim under 18 (article 222-33-1-1: €3,750). A lawyer can tell you whether one of these cases applies.

right-sexual_harassment = Repeated sexual or sexist remarks or gestures may fall under sexual harassment (criminal code, article 222-33). The law asks for repetition, even by several people, or one act of serious pressure to obtain a sexual act.
    .title = Repeated sexual remarks
right-sexual_harassment-2 = The penalty is up to 2 years in prison and a fine of €30,000. It is up to 3 years and €45,000 in some cases, for example online or by digital means.

right-moral_harassment = Repeated messages, letters or visits that damage life and health may fall under harassment (criminal code, article 222-33-2-2). The penalty is up to 1 year in prison and a fine of €15,000, and up to 3 years and €45,000 in some cases. A medical certificate may count.
    .title = Repeated messages or visits

right-malicious_calls = Repeated malicious calls or messages may fall under article 222-16 of the criminal code. The law asks for two at least, even minutes apart, and a malicious content or intent. The penalty is up to 1 year in prison and a fine of €15,000.
    .title = Malicious calls

## Home and body

right-home_entry = Entering your home, or staying in it, by trick, threat, force or coercion may fall under violation of the home (criminal code, article 226-4). Since July 2023 the penalty is up to 3 years in prison and a fine of €45,000. A badge or key used without right may count.
    .title = Someone entering my home

right-voyeurism = Trying to see a person’s intimate parts without their agreement may fall under voyeurism (criminal code, article 226-3-1). The penalty is up to 1 year in prison and a fine of €15,000, and up to 2 years and €30,000 for example if images are taken.
    .title = Intimate looks or images

right-sexual_assault = A sexual act without consent may fall under sexual assault or rape (criminal code, article 222-22 and following). Since November 2025 the law says that consent is free, informed, specific, prior and revocable. Neither silence nor a lack of reaction stands for it.
    .title = A sexual act without consent
right-sexual_assault-2 = Care and an examination are possible, even without a complaint. A complaint is filed at a police station or gendarmerie; in 2024, the video complaint was not open for these acts. To talk to someone, write HELP.

right-threats = Threats may fall under the criminal code (articles 222-17 and following). Keep the exact words, with the date and time. In danger, 17 answers day and night.
    .title = Threats

right-online_attacks = When several people go after you online, even with one message each, it may fall under harassment (criminal code, article 222-33-2-2). A public insult or defamation has a short time limit: 3 months, or 1 year if it targets a person for their sex.
    .title = Attacks online
right-online_attacks-2 = Keep links and screenshots before you report the messages. 3018 listens to victims of violence online, and can help to have content taken down.

## Steps

right-police = You can talk first: a chat of the police and gendarmerie answers day and night, without asking your name, on arretonslesviolences.gouv.fr. Talking is not filing a complaint.
    .title = The police and complaints
right-police-2 = A complaint is filed at any police station or gendarmerie, or by letter to the prosecutor. A “main courante” gives the facts a date, but opens no investigation.
right-police-3 = The video complaint (visioplainte), over the internet, exists for some acts, among them cyberharassment; in 2024, not for sexual assault. It needs FranceConnect. It may not be open everywhere.

right-telecom_mediator = When an operator does not answer a complaint, the telecoms ombudsman (médiateur des communications électroniques) can be asked online, free of charge, within the year. Before that: customer service then the consumer department, one month each, or two months without an answer.
    .title = The telecoms ombudsman
right-telecom_mediator-2 = The ombudsman deals with the operator’s answer, and not with the harassment itself. This stops if court proceedings begin.

right-landlord = The landlord must allow you to live in peace in your home (civil code, article 1719; law of 6 July 1989, article 6). They cannot enter without your agreement.
    .title = The landlord, the agency
right-landlord-2 = If the person came for the landlord or the agency, you can write to them: a registered letter leaves a proof. For the acts of a person with no link to the landlord, the rule is different (civil code, article 1725).

right-defender = The Defender of Rights (Défenseur des droits) answers free of charge on 39 28 and on antidiscriminations.fr. It acts against discrimination, for example by sex, in access to housing or a service. It can propose mediation or turn to the prosecutor.
    .title = The Defender of Rights

right-lawyer = A lawyer can tell you which text applies; depending on your income, legal aid may pay all or part of it. At the court, the victim support office is free and confidential. Justice and law centres inform as well.
    .title = Lawyers, free support

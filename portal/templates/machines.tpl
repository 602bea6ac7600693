{{%AUTOESCAPE context="HTML"}}
<section class="wide">
<h1>{{M_machines_title}}</h1>
{{#NOTICE}}<p class="notice" role="status">{{NOTICE_TEXT}}</p>{{/NOTICE}}
{{#ERROR}}<p class="notice error" role="alert" id="error">{{ERROR_TEXT}}</p>{{/ERROR}}
{{#WAITING}}
<h2>{{M_machines_waiting}}</h2>
<p class="lead">{{M_machines_waiting_lead}}</p>
{{/WAITING}}
{{#PENDING}}
<form class="card machine" method="post" action="{{BASE}}machines">
<input type="hidden" name="token" value="{{MACHINE_TOKEN}}">
<input type="hidden" name="request" value="{{MACHINE_REQUEST}}">
<p class="names"><strong class="name">{{MACHINE_HOST}}</strong> <span class="host">{{MACHINE_SYSTEM}} · {{M_machines_address}} {{MACHINE_ADDRESS}} · {{M_machines_asked}} <time>{{MACHINE_SINCE}}</time></span></p>
<p class="buttons">
<button class="primary" type="submit" name="act" value="accept" aria-label="{{M_machines_accept}}: {{MACHINE_HOST}}">{{M_machines_accept}}</button>
<button class="quiet" type="submit" name="act" value="refuse" aria-label="{{M_machines_refuse}}: {{MACHINE_HOST}}">{{M_machines_refuse}}</button>
</p>
</form>
{{/PENDING}}
{{#ENROLLED}}
<h2>{{M_machines_enrolled}}</h2>
{{/ENROLLED}}
{{#MACHINE}}
<form class="card machine" method="post" action="{{BASE}}machines">
<input type="hidden" name="token" value="{{MACHINE_TOKEN}}">
<input type="hidden" name="host" value="{{MACHINE_HOST}}">
<p class="names"><a class="name" href="{{MACHINE_URL}}">{{MACHINE_HOST}}</a> <span class="host">{{MACHINE_SYSTEM}} · {{M_machines_address}} {{MACHINE_ADDRESS}} · {{M_machines_since}} <time>{{MACHINE_SINCE}}</time></span></p>
<p class="buttons">
<button class="quiet" type="submit" name="act" value="withdraw" aria-label="{{M_machines_withdraw}}: {{MACHINE_HOST}}">{{M_machines_withdraw}}</button>
</p>
</form>
{{/MACHINE}}
{{#NONE}}<p class="card empty">{{M_machines_none}}</p>{{/NONE}}
<p class="after"><a href="{{BASE}}">{{M_menu_title}}</a></p>
</section>

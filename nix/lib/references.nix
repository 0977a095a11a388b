# SPDX-License-Identifier: Apache-2.0
# Values that are known only while the workflow runs. They are objects, not text: in a script they would be pasted
# as code, so putting one into a string is an error.
let
  make = what: example: fields: {
    _cirqueReference = fields;
    __toString = _: throw ("cirque: ${what} is not known yet and cannot be part of a text: "
      + "put it in env (env.VALUE = ${example};) and use \"$VALUE\"");
  };
in
{
  secret = name: make "the secret '${name}'" "cirque.secret \"${name}\"" { secret = name; };
  param = name: make "the parameter '${name}'" "cirque.param \"${name}\"" { param = name; };
  result = job: name: make "the result '${name}' of job '${job}'" "cirque.result \"${job}\" \"${name}\"" { result = job; inherit name; };
}

"""Sentences that carry an answer: whatever label stands in them is the answer.

``X`` is the label, ``Z`` another one that is not the answer; ``\\n`` is a line break.
"""

_ONE_LABEL = r"""
X
X.
(X)
[X]
"X"
'X'
**X**
`X`
X!
- X
1. X
I think X
I think X.
I would say X.
I'd say X
I believe it is X.
I believe the answer would be X
I choose X
I select X.
I would go with X.
I'd go with "X".
My guess is X.
My answer: X
My final answer is X.
It is X.
It's X.
it must be X
The answer is X
The answer is X.
The answer: X.
The answer is: X
The answer is **X**.
The answer is most likely X.
The answer is clearly X.
The answer to the question is X
The answer to this question would be "X".
The correct answer is X.
The correct answer is: X
The correct answer is option X.
The right answer should be X.
The correct response is X.
The response is: X
The best choice is X.
The final answer is X.
Final answer: X
**Answer:** X
**Answer: X**
Answer: X
answer - X
Answer = X
Answer:\nX
A: The answer is X.
Output: X
Response: X.
Conclusion: X
Result: X
Prediction: X
ANSWER: X
$\boxed{\text{X}}$
$\boxed{X}$
The final answer is $\boxed{X}$.
The final answer is 'X'.
I choose "X".
My answer is `X`.
\boxed{\mathrm{X}}
<answer>X</answer>
<answer> X </answer>
Reasoning first. <answer>X</answer>
{"answer": "X"}
```json\n{"answer": "X"}\n```
{"reason": "it is flat", "answer": "X"}
X is correct
X is correct.
X is the correct answer.
X is the answer.
"X" is my answer.
X, because the image shows fields.
X because the image shows fields.
X, since it is green.
X - the lake touches the forest.
X; two of them.
X, definitely.
X, without doubt
Definitely X.
Probably X.
Clearly, X.
Based on the image, X.
Based on the image, the answer is X.
Looking at the image, I can see green fields. Therefore, the answer is X.
The image shows green fields.\n\nX
The image shows green fields.\n\nAnswer: X
The image shows green fields. Hence X.
The image shows green fields, so X.
The image shows green fields; therefore X.
Step 1: look at it.\nStep 2: compare.\nConclusion: X
Let me think. It is flat.\nSo the answer is: X.
<think>hm, perhaps not</think>X
</think> X
◁think▷hm◁/think▷X
<|begin_of_box|>X<|end_of_box|>
X<|im_end|>
X</s>
X<|endoftext|>
After careful analysis, I conclude X.
In my opinion: X
Sure! The answer is X.
Of course. Answer: X
The question asks about the image. The answer to the question is: X
答案是X
答案：X
正确答案是 (X)
Thus, the correct answer is X. Thank you!
Hence, the final answer is (X).
Here is my answer: X
The option that fits best is X.
Verdict: X
After looking at the image I would answer X.
I answer X.
"""

_TWO_LABELS = r"""
<think>The answer is Z? No.</think>\n\nX
X<|im_end|>\n<|im_start|>user\nThe answer is Z
Answer: Z. No wait, that is wrong. Answer: X
Answer: Z. Wait, the answer is X.
The answer is Z? No, on reflection the answer is X.
The answer is not Z but X.
I first thought Z, but the answer is X.
It could be Z, but I choose X.
X, not Z.
X rather than Z.
It is X, not Z.
Z is wrong; the answer is X.
Z is incorrect. X is correct.
The answer is X, although Z is possible.
The answer is X. Z would be a mistake.
"""


def _read(text):
    return [line.replace("\\n", "\n") for line in text.strip("\n").split("\n")]


#: Carriers of one label, and of two.
ONE_LABEL, TWO_LABELS = _read(_ONE_LABEL), _read(_TWO_LABELS)
